import CVips

/// What an encoder wants to know of a picture's colours, found in one pass that ends early where nothing is to be found.
struct PixelCensus {
  /// Each colour once, as `0xRRGGBBAA`, in the order of their first pixels; `nil` where there are more than a palette holds.
  private(set) var colors: [UInt32]?
  /// Whether red, green and blue are the same everywhere.
  private(set) var isGrey = true
  private(set) var isOpaque = true
  /// How many of 256 pixels are like the one before them.
  private(set) var repetition = 0

  static let maximumColors = 256

  /// `nil` for what is not 8-bit sRGB in memory.
  init?(_ picture: VipsPicture) {
    let bands = picture.bands
    guard picture.format == VIPS_FORMAT_UCHAR, bands == 3 || bands == 4,
      let start = vips_image_get_data(picture.pointer)
    else { return nil }
    let count = picture.width * picture.height
    let bytes = UnsafeRawBufferPointer(start: start, count: count * bands)
    var table = ColorTable()
    var isCounting = true
    var repeats = 0
    var last: UInt32?
    for place in stride(from: 0, to: bytes.count, by: bands) {
      let color = Self.color(bytes, place, bands)
      guard color != last else {
        repeats += 1
        continue
      }
      last = color
      let (red, green, blue) = (color >> 24, color >> 16 & 0xFF, color >> 8 & 0xFF)
      if red != green || green != blue { isGrey = false }
      if color & 0xFF != 0xFF { isOpaque = false }
      if isCounting { isCounting = table.index(of: color) != nil }
    }
    colors = isCounting ? table.colors : nil
    repetition = repeats * 256 / max(count, 1)
  }

  /// A pixel that cannot be seen has no colour.
  private static func color(_ bytes: UnsafeRawBufferPointer, _ place: Int, _ bands: Int) -> UInt32 {
    let alpha = bands == 4 ? UInt32(bytes[place + 3]) : 0xFF
    guard alpha > 0 else { return 0 }
    return UInt32(bytes[place]) << 24 | UInt32(bytes[place + 1]) << 16 | UInt32(bytes[place + 2]) << 8 | alpha
  }

  /// The picture as places in a list of colours, a byte a pixel. `nil` where one is missing.
  static func places(in picture: VipsPicture, of colors: [UInt32]) -> [UInt8]? {
    guard let start = vips_image_get_data(picture.pointer), colors.count <= maximumColors else { return nil }
    let bands = picture.bands
    let bytes = UnsafeRawBufferPointer(start: start, count: picture.width * picture.height * bands)
    var table = ColorTable()
    for color in colors { _ = table.index(of: color) }
    var places = [UInt8](repeating: 0, count: picture.width * picture.height)
    for index in places.indices {
      guard let place = table.index(of: color(bytes, index * bands, bands)), place < colors.count else { return nil }
      places[index] = UInt8(truncatingIfNeeded: place)
    }
    return places
  }

  /// Colours and their numbers: open addressing, four places to a colour. A `Dictionary` takes five times as long.
  private struct ColorTable {
    private(set) var colors: [UInt32] = []
    /// The number of a colour and 1; 0 is free.
    private var slots = [UInt16](repeating: 0, count: 1024)

    /// `nil` for a new one where there is no room.
    mutating func index(of color: UInt32) -> Int? {
      var slot = Int((color &* 0x9E37_79B1) >> 22)
      while slots[slot] != 0 {
        let index = Int(slots[slot]) - 1
        if colors[index] == color { return index }
        slot = (slot + 1) & 1023
      }
      guard colors.count < PixelCensus.maximumColors else { return nil }
      colors.append(color)
      slots[slot] = UInt16(colors.count)
      return colors.count - 1
    }
  }
}
