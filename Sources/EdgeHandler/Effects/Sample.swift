/// Asks for a small raster of an original's first frame: oriented, sRGB, not premultiplied.
public struct SampleRequest: Sendable, Equatable {
  public var blob: Blob
  /// Longest side in px, 1–64: the raster keeps the aspect ratio and is never larger than the original.
  public var longestSide: Int

  public init(blob: Blob, longestSide: Int) {
    self.blob = blob
    self.longestSide = longestSide
  }
}

public enum SampleResult: Sendable, Equatable {
  case sample(Sample)
  case undecodable
  case overloaded
  case timedOut
}

public struct Sample: Sendable, Equatable {
  public var raster: Raster
  public var milliseconds: Int

  public init(_ raster: Raster, milliseconds: Int) {
    self.raster = raster
    self.milliseconds = milliseconds
  }
}

/// 8-bit sRGB with alpha, not premultiplied, rows from the top: `rgba.count == width * height * 4`.
public struct Raster: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public let rgba: [UInt8]

  /// `nil` unless the count of bytes fits the size.
  public init?(width: Int, height: Int, rgba: [UInt8]) {
    guard (1...16384).contains(width), (1...16384).contains(height), rgba.count == width * height * 4 else {
      return nil
    }
    self.width = width
    self.height = height
    self.rgba = rgba
  }
}
