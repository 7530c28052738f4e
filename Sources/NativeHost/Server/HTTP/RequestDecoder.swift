import EdgeHandler
import Glibc
import NIOCore

/// The parts of the requests on a connection (RFC 9112): the same grammar as `wasm/deno/requests.mjs` has.
///
/// By hand, because NIO's decoder ends at an `Upgrade` that nobody wants, knows no method but those of a list, and does not say what
/// of a head is too long. Strict: what could be read in two ways is refused, for whoever stands in front might read it in the other.
struct RequestDecoder {
  enum Part {
    case head(ReceivedHead)
    case body(ByteBuffer)
    case end
  }

  private enum State {
    case head
    /// The number of bytes that are still to come.
    case body(Int)
    case chunkSize
    case chunk(Int)
    case chunkEnd
    case trailer
    /// Nothing behind the last request is looked at.
    case over
  }

  /// The maximum size of a request line and fields, of a trailer section too, in bytes.
  static let maximumHeadBytes = 80 << 10
  /// The maximum size of the line before a chunk, in bytes. Extensions are read by nobody.
  private static let maximumChunkLineBytes = 1024

  private var state = State.head
  /// Whether the message that has begun is a `HEAD`, of which refusals are told without a body too.
  private(set) var isHead = false
  /// How much of the head that has begun has been searched for its end, from its first byte.
  private var searchedCount = 0
  /// Where the line begins that has not come to its end.
  private var lineStart = 0
  private var trailerByteCount = 0

  /// Whether no request has begun, as far as this has been asked for parts.
  var isBetweenRequests: Bool {
    if case .head = state { searchedCount == 0 } else { false }
  }

  /// The next part of what has been received, which it is taken from; `nil` where more must come first. After an error there
  /// are no further parts.
  mutating func next(from input: inout ByteBuffer) throws(Refusal) -> Part? {
    do throws(Refusal) {
      while true {
        switch state {
        case .head: return try head(&input).map(Part.head)
        case .body(let count):
          guard count > 0 else { return end() }
          guard let bytes = take(count, from: &input) else { return nil }
          state = .body(count - bytes.readableBytes)
          return .body(bytes)
        case .chunkSize:
          guard let line = try line(&input, maximumBytes: Self.maximumChunkLineBytes) else { return nil }
          let count = try Self.chunkSize(line)
          trailerByteCount = 0
          state = count == 0 ? .trailer : .chunk(count)
        case .chunk(let count):
          guard let bytes = take(count, from: &input) else { return nil }
          let rest = count - bytes.readableBytes
          state = rest == 0 ? .chunkEnd : .chunk(rest)
          return .body(bytes)
        case .chunkEnd:
          let end = input.readableBytesView.prefix(2)
          guard end.elementsEqual([0x0D, 0x0A].prefix(end.count)) else { throw .malformed }
          guard end.count == 2 else { return nil }
          input.moveReaderIndex(forwardBy: 2)
          state = .chunkSize
        case .trailer:
          guard let line = try line(&input, maximumBytes: Self.maximumHeadBytes - trailerByteCount) else { return nil }
          if line.isEmpty { return end() }
          trailerByteCount += line.count
          guard ReceivedHead.field(line) != nil else { throw .malformed }
        case .over: return nil
        }
      }
    } catch {
      state = .over
      throw error
    }
  }

  private mutating func end() -> Part {
    state = .head
    searchedCount = 0
    lineStart = 0
    return .end
  }

  private func take(_ count: Int, from input: inout ByteBuffer) -> ByteBuffer? {
    input.readableBytes == 0 ? nil : input.readSlice(length: min(count, input.readableBytes))
  }

  // MARK: Heads

  private mutating func head(_ input: inout ByteBuffer) throws(Refusal) -> ReceivedHead? {
    if searchedCount == 0 {
      // Empty lines before a request are ignored (RFC 9112, section 2.2).
      while let byte = input.getInteger(at: input.readerIndex, as: UInt8.self), byte == 0x0D || byte == 0x0A {
        input.moveReaderIndex(forwardBy: 1)
      }
      guard input.readableBytes > 0 else { return nil }
      isHead = false
    }
    let result = input.withUnsafeReadableBytes { bytes in
      Result { () throws(Refusal) in
        guard let length = try findEnd(bytes) else { return nil as (head: ReceivedHead, length: Int)? }
        return (try ReceivedHead(bytes[..<length]), length)
      }
    }
    guard let (head, length) = try result.get() else { return nil }
    input.moveReaderIndex(forwardBy: length)
    switch head.framing {
    case .none: state = .body(0)
    case .length(let count): state = .body(count)
    case .chunked: state = .chunkSize
    }
    return head
  }

  /// The length of a whole head, with the empty line.
  private mutating func findEnd(_ bytes: UnsafeRawBufferPointer) throws(Refusal) -> Int? {
    if searchedCount < 5 { isHead = bytes.starts(with: "HEAD ".utf8) }
    let knewFirstLine = lineStart > 0
    while let end = bytes.firstIndex(of: 0x0A, from: searchedCount) {
      guard end <= Self.maximumHeadBytes else { break }
      guard end > lineStart, bytes[end - 1] == 0x0D else { throw .malformed }
      searchedCount = end + 1
      if end == lineStart + 1 { return searchedCount }
      lineStart = searchedCount
    }
    guard bytes.count <= Self.maximumHeadBytes else { throw lineStart == 0 ? .targetTooLong : .headTooLong }
    searchedCount = bytes.count
    // What will never be a request is not waited for.
    if lineStart == 0 {
      guard bytes.prefix(64).prefix(while: { $0 != 0x20 }).allSatisfy(ReceivedHead.isOfToken) else { throw .malformed }
    } else if !knewFirstLine {
      _ = try ReceivedHead.RequestLine(bytes[..<((bytes.firstIndex(of: 0x0A, from: 0) ?? 1) - 1)])
    }
    return nil
  }

  // MARK: Chunks

  /// The next line without its end.
  private func line(_ input: inout ByteBuffer, maximumBytes: Int) throws(Refusal) -> [UInt8]? {
    let length = input.withUnsafeReadableBytes { $0.firstIndex(of: 0x0A, from: 0) }
    guard length ?? input.readableBytes <= maximumBytes else { throw .headTooLong }
    guard let length, let line = input.readBytes(length: length + 1)?.dropLast() else { return nil }
    guard line.last == 0x0D else { throw .malformed }
    return Array(line.dropLast())
  }

  /// RFC 9112, section 7.1: digits of base 16, and extensions, which are ignored.
  private static func chunkSize(_ line: [UInt8]) throws(Refusal) -> Int {
    let digits = line.prefix { $0 != UInt8(ascii: ";") }
    guard (1...15).contains(digits.count), line[digits.count...].allSatisfy(ReceivedHead.isOfValue),
      digits.allSatisfy({ isxdigit(Int32($0)) != 0 }),
      let count = Int(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw .malformed }
    return count
  }
}

extension UnsafeRawBufferPointer {
  /// `memchr`, because the lines of a head are looked for at every request.
  fileprivate func firstIndex(of byte: UInt8, from start: Int) -> Int? {
    guard start < count, let base = baseAddress, let found = memchr(base + start, Int32(byte), count - start) else {
      return nil
    }
    return UnsafeRawPointer(found) - base
  }
}
