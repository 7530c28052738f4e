import CZlibLibrary
import EdgeHandler
import NIOCore

/// Undoes `gzip` (RFC 1952) and `deflate` on threads of Swift's pool, within the limits of a transfer.
///
/// In slices between which others have their turn: a few bytes can make work for seconds. By zlib, since libdeflate cannot stop
/// before it is done.
struct Inflation: Sendable {
  enum Outcome: Sendable {
    case bytes(ByteBuffer)
    case failed(FetchFailure)
  }

  private enum Failure: Error {
    case broken
    case refused(FetchFailure)
  }

  enum Coding: Sendable {
    case gzip, deflate
  }

  let compressed: ByteBuffer
  let coding: Coding
  let maximumBytes: Int
  let deadline: ContinuousClock.Instant
  /// Holds the compressed bytes already.
  let holding: Holding

  /// Bytes of input or output that are processed between two checks of the deadline.
  private static let sliceBytes = 64 << 10

  /// The bytes, or why there are none. Ends early, with whatever, when its task is cancelled.
  func outcome() async -> Outcome {
    do {
      let body = try await inflate()
      holding.shrink(by: compressed.readableBytes)
      return .bytes(body)
    } catch Failure.refused(let failure) {
      return .failed(failure)
    } catch {
      return .failed(.unreachable)
    }
  }

  private func inflate() async throws -> ByteBuffer {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    let code = inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw Failure.refused(.overloaded) }
    defer { inflateEnd(stream) }
    var input = compressed
    var output = ByteBuffer()
    while try step(stream, &input, &output) {
      guard ContinuousClock.now < deadline else { throw Failure.refused(.timedOut) }
      guard !Task.isCancelled else { throw Failure.broken }
      await Task.yield()
    }
    return output
  }

  /// As zlib wants it: 15 is the largest window, 16 more ask for gzip and nothing else, and below 0 there is no header.
  private var windowBits: Int32 {
    guard coding == .deflate else { return 16 + 15 }
    let start = compressed.getInteger(at: compressed.readerIndex, as: UInt16.self) ?? 0
    // The method is DEFLATE, and the check bits are right (RFC 1950, section 2.2).
    return start >> 8 & 15 == 8 && start % 31 == 0 ? 15 : -15
  }

  /// Returns whether there is more to do.
  private func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: inout ByteBuffer, _ output: inout ByteBuffer
  ) throws -> Bool {
    var code = Z_OK
    let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.sliceBytes) { target in
      input.readWithUnsafeReadableBytes { source in
        let (given, room) = (min(source.count, Self.sliceBytes), min(target.count, Self.sliceBytes))
        // zlib's type says otherwise, but it only reads them.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(given)
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(room)
        code = CZlibLibrary.inflate(stream, Z_NO_FLUSH)
        return (given - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
      }
    }
    guard output.readableBytes <= maximumBytes else { throw Failure.refused(.tooLarge) }
    // The compressed bytes are there too: an original of the allowed size has room in any case.
    guard holding.grow(by: written, besides: compressed.readableBytes) else { throw Failure.refused(.overloaded) }
    switch code {
    case Z_OK: return true
    case Z_STREAM_END where coding == .deflate: return false
    case Z_STREAM_END:
      // Zeroes are padding, anything else is another member.
      guard let next = input.getInteger(at: input.readerIndex, as: UInt8.self), next != 0 else { return false }
      guard inflateReset(stream) == Z_OK else { throw Failure.broken }
      return true
    // With no bytes left it is cut off; there is always room for more.
    default: throw Failure.broken
    }
  }
}
