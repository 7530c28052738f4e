import EdgeHandler
import EdgeTesting
import Foundation
import TestSupport

/// DynamoDB as `moto_server` plays it, on loopback: its state machine is not ours. It checks no signatures.
final class MotoServer: Sendable {
  /// Ends with this process.
  static let shared = Result { try MotoServer() }

  let endpoint: String
  private let leash: FileHandle

  private init() throws {
    let process = Process()
    process.executableURL = Repository.python
    let program = Repository.python.deletingLastPathComponent().appending(path: "moto_server")
    process.arguments = [
      Repository.file("Tests/ConformanceTests/Support/supervise.py").path, program.path, "-H", "127.0.0.1", "-p", "0",
    ]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    leash = input.fileHandleForWriting
    var text = ""
    while true {
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw StoreFailure(description: "moto_server does not start: \(text)") }
      text += String(decoding: data, as: UTF8.self)
      if let match = text.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)\s/) {
        endpoint = String(match.1)
        break
      }
    }
    // A program whose output nobody reads would stop at a full pipe.
    Thread.start { while !output.fileHandleForReading.availableData.isEmpty {} }
  }
}

/// One exchange over plain HTTP on loopback, on the caller's thread.
enum BlockingExchange {
  static func perform(_ request: ExchangeRequest) throws -> ExchangeResult {
    let url = try WebURL(parsing: request.url)
    guard case .ipv4(let address) = url.host else { throw StoreFailure(description: "not on loopback: \(request.url)") }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var time = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(UInt16(url.effectivePort).bigEndian)
    name.sin_addr.s_addr = address.bigEndian
    let isConnected = withUnsafePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return .notSent }
    var head = "\(request.method) \(url.target) HTTP/1.1\r\nhost: \(url.authority)\r\nconnection: close\r\n"
    head += "content-length: \(request.body.count)\r\n"
    for field in request.fields { head += "\(field.name): \(field.value)\r\n" }
    var rest = Array((head + "\r\n").utf8)[...] + request.body
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return .unanswered }
      rest = rest.dropFirst(count)
    }
    var answer = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      answer.append(contentsOf: buffer[..<count])
    }
    guard let end = answer.firstRange(of: Data("\r\n\r\n".utf8)),
      let match = String(decoding: answer[..<end.lowerBound], as: UTF8.self).firstMatch(
        of: /^HTTP\/1\.[01] ([0-9]{3})/),
      let status = Int(match.1)
    else { return .unanswered }
    return .response(status: status, retryAfter: nil, body: Array(answer[end.upperBound...]))
  }
}

extension Exchanges {
  /// Performs the exchanges by a function, at once and without delays, and returns what they come to.
  func perform(_ exchange: (ExchangeRequest) throws -> ExchangeResult) rethrows -> Value {
    var flow = self
    while true {
      switch flow {
      case .done(let value): return value
      case .exchange(let request, let then): flow = then(try exchange(request))
      }
    }
  }
}

/// A table of its own at ``MotoServer``, as tests see stores.
final class DynamoDBRecords: RecordStore {
  let table: DynamoDB
  /// What is between the store and the server.
  var interpose: (ExchangeRequest) throws -> ExchangeResult = BlockingExchange.perform
  private(set) var notes: [String] = []
  private var random = SystemRandomNumberGenerator()
  var now: Int64 = 1_767_225_600

  init() throws {
    let endpoint = try MotoServer.shared.get().endpoint
    let location = try RecordLocation(
      parsing: "dynamodb:records-\(UUID().uuidString.prefix(8))?region=eu-central-1&endpoint=\(endpoint)")
    guard case .dynamoDB(let table) = location else { throw StoreFailure(description: "no table") }
    self.table = table
    let created = try table.createTable(call()).perform(BlockingExchange.perform)
    guard case .fine = created else { throw StoreFailure(description: "\(created)") }
  }

  func call() -> DynamoDB.Call {
    DynamoDB.Call(
      credentials: HostCredentials(accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "token"),
      now: now,
      nonce: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
  }

  func perform(_ request: RecordRequest) throws -> RecordResult {
    let outcome = try table.perform(request, call()).perform(interpose)
    if let note = outcome.note { notes.append(note) }
    return outcome.result
  }
}
