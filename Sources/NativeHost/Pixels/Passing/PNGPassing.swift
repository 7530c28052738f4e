import NIOCore

/// A PNG (PNG 3, section 5) of its pixels, palette and transparency.
enum PNGPassing {
  /// `nil` for an animation, one that ends early, and one that signals other colours than sRGB.
  static func stripped(_ bytes: UnsafeRawBufferPointer) -> PassedOriginal.Stripped? {
    var file = ByteBuffer()
    file.reserveCapacity(bytes.count)
    file.writeBytes(bytes.prefix(8))
    var hadMetadata = false
    // A profile, or that it is sRGB, counts in the place of the other two.
    var (isSettled, isOtherGamma) = (false, false)
    var place = 8
    while let length = bytes.bigEndian(4, at: place), let name = bytes.name(at: place + 4),
      let chunk = bytes.part(place, 12 + length), let data = chunk.part(8, length)
    {
      place += chunk.count
      switch name {
      case "IHDR", "PLTE", "tRNS", "IDAT": file.writeBytes(chunk)
      case "IEND":
        file.writeBytes(chunk)
        return isOtherGamma && !isSettled ? nil : PassedOriginal.Stripped(file: file, hadMetadata: hadMetadata)
      case "acTL", "fcTL", "fdAT": return nil
      case "iCCP", "sRGB": isSettled = true
      // Primaries and transfer function of sRGB, as RGB of full range (ITU-T H.273).
      case "cICP":
        guard data.elementsEqual([1, 13, 0, 1]) else { return nil }
      case "gAMA":
        guard let gamma = data.bigEndian(4, at: 0), abs(gamma - 45_455) <= 1 else {
          isOtherGamma = true
          continue
        }
      case "cHRM":
        let values = (0..<8).map { data.bigEndian(4, at: 4 * $0) ?? 0 }
        if !zip(values, primaries).allSatisfy({ abs($0 - $1) <= 100 }) { isOtherGamma = true }
      case "eXIf", "iTXt", "tEXt", "zTXt": hadMetadata = true
      // A capital letter: a decoder must know it.
      case _ where chunk[4] & 0x20 == 0: return nil
      default: break
      }
    }
    return nil
  }

  /// White, red, green and blue of sRGB, each x and y in hundred thousandths (section 11.3.2.1).
  private static let primaries = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000]
}
