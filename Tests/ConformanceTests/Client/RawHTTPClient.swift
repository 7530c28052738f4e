import Foundation

/// Where requests of a run go.
struct Endpoint: Sendable {
  var isTLS: Bool
  var host: String
  var port: Int
}

/// HTTP/1.1, one request a connection, sent exactly as a case words it: a library would mend targets and fields on the way.
struct RawHTTPClient: Sendable {
  var endpoint: Endpoint

  func send(method: String, target: String, fields: [(name: String, value: String)]) throws -> HTTPAnswer {
    var head = "\(method) \(target) HTTP/1.1\r\n"
    for field in fields { head += "\(field.name): \(field.value)\r\n" }
    head += "Connection: close\r\n\r\n"
    let bytes = try endpoint.isTLS ? exchangeTLS(Array(head.utf8)) : exchange(Array(head.utf8))
    return try HTTPAnswer(bytes, isBodyless: method == "HEAD")
  }

  /// Sends bytes as they are and reads as many answers as are expected on the one connection.
  ///
  /// - Parameters:
  ///   - endsInput: Whether the sending half is closed behind the bytes.
  ///   - bodyless: For each answer that is expected, whether it has no body.
  ///   - closes: Whether the server must then close the connection; or must not, and answer another request; `nil` if it may do both.
  func converse(_ request: [UInt8], endsInput: Bool, bodyless: [Bool], closes: Bool?) throws -> [HTTPAnswer] {
    let socket = try Socket.connect(host: endpoint.host, port: endpoint.port, secondsToWait: 240)
    defer { socket.close() }
    do {
      try socket.send(request)
    } catch {
      // It may have been refused before it was whole.
    }
    if endsInput { socket.endInput() }
    var received = ArraySlice<UInt8>()
    func answer(isBodyless: Bool) throws -> HTTPAnswer {
      while true {
        var rest = received
        if let answer = try? HTTPAnswer(next: &rest, isBodyless: isBodyless) {
          received = rest
          return answer
        }
        let bytes = try socket.receive()
        guard !bytes.isEmpty else { return try HTTPAnswer(next: &received, isBodyless: isBodyless) }
        received += bytes
      }
    }
    let answers = try bodyless.map(answer(isBodyless:))
    switch closes {
    case true?:
      let rest = received.isEmpty ? (try? socket.receive()) ?? [] : Array(received)
      guard rest.isEmpty else { throw HTTPAnswer.Malformed(description: "\(rest.count) bytes behind the last answer") }
    case false?:
      try socket.send(Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
      let last = try answer(isBodyless: false)
      guard last.text == "ok\n" else { throw HTTPAnswer.Malformed(description: "another request gets \(last.text)") }
    case nil: break
    }
    return answers
  }

  /// Everything that the server says to bytes behind which the sending half is closed.
  func answers(to bytes: [UInt8]) throws -> [UInt8] {
    let socket = try Socket.connect(host: endpoint.host, port: endpoint.port, secondsToWait: 240)
    defer { socket.close() }
    do {
      try socket.send(bytes)
    } catch {
      // It may have been refused before it was whole.
    }
    socket.endInput()
    var received: [UInt8] = []
    while case let more = try socket.receive(), !more.isEmpty { received += more }
    return received
  }

  private func exchange(_ request: [UInt8]) throws -> [UInt8] {
    let socket = try Socket.connect(host: endpoint.host, port: endpoint.port, secondsToWait: 240)
    defer { socket.close() }
    try socket.send(request)
    var answer: [UInt8] = []
    while true {
      let bytes: [UInt8]
      do {
        bytes = try socket.receive()
      } catch  where !answer.isEmpty {
        // A server that closes while it still has unread input resets the connection after its answer.
        break
      }
      if bytes.isEmpty { break }
      answer += bytes
    }
    return answer
  }

  /// TLS is left to the `openssl` program: it is a pipe to the server and changes nothing in what goes through.
  private func exchangeTLS(_ request: [UInt8]) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-verify_hostname", endpoint.host,
      "-servername", endpoint.host, "-connect", "\(endpoint.host):\(endpoint.port)",
    ]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(request))
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
    return [UInt8](answer)
  }
}
