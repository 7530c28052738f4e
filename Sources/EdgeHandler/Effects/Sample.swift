/// Asks for a small raster of an original's first frame: oriented, sRGB, not premultiplied.
public struct SampleRequest: Sendable, Equatable {
  public var blob: Blob
  /// Longest side in px, 1–64: the raster keeps the aspect ratio, but for ``leastSide``, and is never larger than the original.
  public var longestSide: Int
  /// Px, 1–64, that the shorter side has at least, where the original has them.
  public var leastSide: Int

  public init(blob: Blob, longestSide: Int, leastSide: Int = 1) {
    self.blob = blob
    self.longestSide = longestSide
    self.leastSide = leastSide
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
  /// Whether the original ends early: what it lacks is transparent.
  public var isDamaged: Bool

  public init(_ raster: Raster, milliseconds: Int, isDamaged: Bool = false) {
    self.raster = raster
    self.milliseconds = milliseconds
    self.isDamaged = isDamaged
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
