import EdgeHandler
import Net
import NIOCore

/// Work for the pixel engine in one body: the length of a JSON text in 32 bits (little-endian), the text, and the bytes of the
/// blobs it lists, one after the other.
///
/// ```
/// {"work": …, "share": …, "blobs": [<number>, <count of bytes>, …]}
/// ```
struct PixelParcel {
  var work: JSON
  var share: Share
  var blobs: [Blob: ByteBuffer]
  /// To be kept for as long as the bytes of the blobs are.
  let holding: Holding?

  /// The largest holds a raster that the handler has computed, of 64 × 64 px: 22 KB.
  static let maximumTextBytes = 1 << 20
  /// The originals of a grid and the marks on them.
  private static let maximumBlobs = 64

  init(_ request: ServerRequest) throws(WireError) {
    var body = request.body
    holding = request.holding
    guard let length = body.readInteger(endianness: .little, as: UInt32.self), length <= Self.maximumTextBytes,
      let text = body.readBytes(length: Int(length))
    else { throw WireError("the body is shorter than it says") }
    let json: JSON
    do {
      json = try JSON.parse(text, maximumBytes: Self.maximumTextBytes)
    } catch {
      throw WireError("not JSON at byte \(error.offset): \(error.reason)")
    }
    guard let work = json["work"], let share = json["share"], let list = json["blobs"]?.array,
      list.count.isMultiple(of: 2)
    else { throw WireError("work, share or blobs: is missing") }
    guard list.count <= 2 * Self.maximumBlobs else { throw WireError("blobs: there are too many") }
    self.work = work
    self.share = try Share(wire: share)
    blobs = [:]
    for index in stride(from: 0, to: list.count, by: 2) {
      guard let count = list[index + 1].int, count >= 0, let bytes = body.readSlice(length: count) else {
        throw WireError("blobs: the body does not hold them")
      }
      blobs[try Blob(wire: list[index])] = bytes
    }
    guard body.readableBytes == 0 else { throw WireError("blobs: the body holds more") }
  }

  func bytes(_ blob: Blob) throws(WireError) -> ByteBuffer {
    guard let bytes = blobs[blob] else { throw WireError("blob \(blob.id) is not among the blobs") }
    return bytes
  }

  /// A result and, where there is one, the output after it.
  static func reply(_ result: some WireValue, output: ByteBuffer? = nil) -> ByteBuffer {
    let text = result.wire.serialized()
    var body = ByteBufferAllocator().buffer(capacity: 4 + text.count + (output?.readableBytes ?? 0))
    body.writeInteger(UInt32(text.count), endianness: .little)
    body.writeBytes(text)
    if let output { body.writeImmutableBuffer(output) }
    return body
  }
}
