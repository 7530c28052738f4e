import Foundation
import Synchronization

/// The storage that one case's workspaces point at: a web server on a loopback port of its own, so that it can count what
/// reaches it. It serves a folder of pictures under `/images/`, and misbehaves where the case says so.
final class Origin: Sendable {
  struct Request: Sendable {
    var target: String
    /// The request line and the fields, as received.
    var head: String
  }

  let port: Int
  private let listener: Socket
  private let pictures: URL
  private let answers: [String: [OriginAnswer]]
  private let received = Mutex<[Request]>([])

  init(pictures: URL, answers: [String: [OriginAnswer]]) throws {
    self.pictures = pictures
    self.answers = answers
    (listener, port) = try Socket.listen()
  }

  /// Answers from here on; until then callers wait. A case at a time has a thread here, not each of thousands.
  func start() {
    Thread.detachNewThread { [self] in
      // Closed by the thread that waits on it: a moment later its number may be another socket's.
      defer { listener.close() }
      while let connection = try? listener.accept() {
        connection.wait(seconds: 30)
        Thread.detachNewThread { [self] in
          defer { connection.close() }
          try? serve(connection)
        }
      }
    }
  }

  /// Refuses connections from here on. To be called once, after ``start()``.
  func stop() {
    listener.shutDown()
  }

  /// What has been asked since the last call.
  func takeRequests() -> [Request] {
    received.withLock { requests in
      defer { requests = [] }
      return requests
    }
  }

  /// How often each path was asked since ``forget()``; decides which of a path's answers is next.
  private let counts = Mutex<[String: Int]>([:])

  func forget() {
    _ = takeRequests()
    counts.withLock { $0 = [:] }
  }

  private func serve(_ connection: Socket) throws {
    var head: [UInt8] = []
    while !head.ends(with: [13, 10, 13, 10]) {
      let bytes = try connection.receive()
      if bytes.isEmpty || head.count > 65536 { return }
      head += bytes
    }
    let text = String(decoding: head, as: UTF8.self)
    let words = text.prefix { $0 != "\r\n" }.split(separator: " ")
    guard words.count == 3 else { return }
    let target = String(words[1])
    received.withLock { $0.append(Request(target: target, head: text)) }
    let bindings = ["ORIGIN": "127.0.0.1:\(port)", "ORIGIN_PORT": "\(port)"]
    try OriginReply(answer: answer(target), pictures: pictures, bindings: bindings).send(to: connection)
  }

  private func answer(_ target: String) -> OriginAnswer {
    if let list = answers[target], let last = list.last {
      let turn = counts.withLock { counts in
        defer { counts[target, default: 0] += 1 }
        return counts[target, default: 0]
      }
      return turn < list.count ? list[turn] : last
    }
    return OriginAnswer(picture: String(target.prefix { $0 != "?" }.dropFirst("/images/".count)))
  }
}

extension Array where Element: Equatable {
  fileprivate func ends(with other: [Element]) -> Bool {
    suffix(other.count).elementsEqual(other)
  }
}
