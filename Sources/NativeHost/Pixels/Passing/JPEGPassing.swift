import NIOCore

/// A JPEG (ITU-T T.81, annex B) of tables, frame and scans.
enum JPEGPassing {
  private static let jfif: StaticString = "JFIF\0"
  private static let adobe: StaticString = "Adobe"
  /// Of JFIF without a thumbnail, with its length.
  private static let jfifBytes = 16

  /// `nil` for one that is cut off, that browsers do not decode (arithmetic coding, 12 bits), or that has other than one or three colours.
  static func stripped(_ bytes: UnsafeRawBufferPointer) -> PassedOriginal.Stripped? {
    var file = ByteBuffer()
    file.reserveCapacity(bytes.count)
    file.writeBytes([0xFF, 0xD8])
    var hadMetadata = false
    var hasScan = false
    var place = 2
    while bytes.bigEndian(1, at: place) == 0xFF, let marker = bytes.bigEndian(1, at: place + 1) {
      switch marker {
      case 0xFF:
        // Filling before a marker.
        place += 1
        continue
      case 0xD9:
        guard hasScan else { return nil }
        file.writeBytes([0xFF, 0xD9])
        return PassedOriginal.Stripped(file: file, hadMetadata: hadMetadata)
      default: break
      }
      guard let length = bytes.bigEndian(2, at: place + 2), length >= 2, let segment = bytes.part(place, length + 2),
        let data = segment.part(from: 4)
      else { return nil }
      place += segment.count
      switch marker {
      // Tables of quantisation and Huffman codes, and the distance of restarts.
      case 0xDB, 0xC4, 0xDD: file.writeBytes(segment)
      case 0xC0...0xC2:
        guard data.first == 8, let colors = data.bigEndian(1, at: 5), colors == 1 || colors == 3 else { return nil }
        file.writeBytes(segment)
      case 0xDA:
        hasScan = true
        guard let end = endOfScan(bytes, from: place), let codes = bytes.part(place, end - place) else { return nil }
        file.writeBytes(segment)
        file.writeBytes(codes)
        place = end
      case 0xE0 where data.begins(with: jfif):
        guard let head = segment.part(2, jfifBytes) else { return nil }
        file.writeBytes([0xFF, 0xE0])
        file.writeBytes([0, UInt8(jfifBytes)])
        file.writeBytes(head.dropFirst(2).prefix(jfifBytes - 4))
        // Without the thumbnail that may follow.
        file.writeBytes([0, 0])
      // It says in which colours the components are.
      case 0xEE where data.begins(with: adobe) && length == 14: file.writeBytes(segment)
      case 0xE1, 0xED, 0xFE: hadMetadata = true
      case 0xE0...0xEF: break
      default: return nil
      }
    }
    return nil
  }

  /// Where the next marker that is no restart begins.
  private static func endOfScan(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var place = start
    while let rest = bytes.part(from: place), let offset = rest.firstIndex(of: 0xFF) {
      place += offset
      guard let code = bytes.bigEndian(1, at: place + 1) else { return nil }
      switch code {
      case 0, 0xD0...0xD7: place += 2
      case 0xFF: place += 1
      default: return place
      }
    }
    return nil
  }
}
