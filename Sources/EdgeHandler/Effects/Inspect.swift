/// Asks for an original's header, and on demand for the extent of what is inside a uniform border.
public struct InspectRequest: Sendable, Equatable {
  public var blob: Blob
  /// The frames in which the box inside a uniform border is found too (``ImageHeader/content``); with `nil` nothing is
  /// decoded.
  public var content: Picture.Frames?

  public init(blob: Blob, content: Picture.Frames? = nil) {
    self.blob = blob
    self.content = content
  }
}

public enum InspectResult: Sendable, Equatable {
  case image(ImageHeader)
  /// Not one of the formats of ``ImageHeader/Format``, judged by the bytes.
  case unsupported
  /// One of them, with something in it that is not read.
  case unread(UnreadFeature)
  /// Begins like a known format and cannot be read.
  case undecodable
  case overloaded
}

/// What an original of a known format can have that is not read: it is not damaged, and the caller is told what it is.
public enum UnreadFeature: Sendable, Equatable, CaseIterable {
  case depth, sampleType, floats, inks, colorModel, planes, compression, process, codec

  /// In the place of "The original has …".
  var words: String {
    switch self {
    case .depth: "samples of a number of bits"
    case .sampleType: "signed or complex samples, of a kind"
    case .floats: "floating point samples of a number of bits"
    case .inks: "inks other than CMYK, of a kind"
    case .colorModel: "colors of a model"
    case .planes: "an order of channels (one plane behind the other)"
    case .compression: "a compression"
    case .process: "a process of JPEG (lossless or hierarchical)"
    case .codec: "pictures of a codec"
    }
  }
}

/// What the first bytes of an original say of it.
public struct ImageHeader: Sendable, Equatable {
  public enum Format: Sendable, Equatable, CaseIterable {
    case jpeg, png, webp, gif, avif, heic, tiff, bmp, ico, svg
  }

  public var format: Format
  /// The width of one frame in px as stored, before ``orientation`` is applied; likewise ``height``.
  public var width: Int
  public var height: Int
  /// EXIF orientation, 1–8 (CIPA DC-008, tag 0x0112); 1 where there is none.
  public var orientation: Int
  /// Frames of an animation (1 for a still, also for the pages of a TIFF or HEIC, of which only the first is used).
  public var frames: Int
  public var hasAlpha: Bool
  /// What ``width`` and ``height`` were rounded from; `nil` where they say it all, as pixels do.
  public var fractionalSize: FractionalSize?
  /// In the oriented first frame's pixels; `nil` unless asked for, or where the whole image is uniform.
  public var content: PixelRect?

  public init(
    format: Format, width: Int, height: Int, orientation: Int = 1, frames: Int = 1, hasAlpha: Bool = false,
    content: PixelRect? = nil, fractionalSize: FractionalSize? = nil
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.orientation = orientation
    self.frames = frames
    self.hasAlpha = hasAlpha
    self.content = content
    self.fractionalSize = fractionalSize
  }

  /// Size of a frame as a person sees it: orientations 5–8 exchange the axes.
  public var orientedSize: PixelSize {
    orientation >= 5 ? PixelSize(width: height, height: width) : PixelSize(width: width, height: height)
  }
}

/// The size of a drawing in px: its shape counts also where it is smaller than a pixel. More than 0 each way.
public struct FractionalSize: Sendable, Equatable {
  public var width: FixedPoint
  public var height: FixedPoint

  public init(width: FixedPoint, height: FixedPoint) {
    self.width = width
    self.height = height
  }
}

public struct PixelSize: Sendable, Equatable {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The whole of an image of this size.
  var bounds: PixelRect {
    PixelRect(x: 0, y: 0, width: width, height: height)
  }
}

/// Half-open: covers `x ..< x + width` by `y ..< y + height`.
public struct PixelRect: Sendable, Equatable {
  public var x: Int
  public var y: Int
  public var width: Int
  public var height: Int

  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}
