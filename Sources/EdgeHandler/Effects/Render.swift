/// Everything the pixel engine needs to make one output. All arithmetic has been done: the engine follows, it does not decide.
///
/// The engine may fuse operations (decode at a reduced scale before a ``PixelOperation/resize(width:height:)``), as long as
/// the result has exactly the size that the operations say.
public struct RenderPlan: Sendable, Equatable {
  public var picture: Picture
  public var encoding: Encoding
  /// Another encoding that will do. A still that may take fewer bytes in it, as far as its pixels tell, is encoded in both, and the output is the
  /// smaller; of two of one size it is ``encoding``'s.
  public var alternative: Encoding?
  public var original: OriginalUse
  public var timeoutMilliseconds: Int

  /// Whether the original itself may be the output: its own bytes, without what is not to be told (``Encoding/metadata``).
  ///
  /// Only of a ``Picture/decoded(_:frames:_:)`` without operations. The engine passes an original whose pixels are shown as they are
  /// stored (upright, in sRGB, none missing) and whose container lets metadata be removed without encoding anew.
  public enum OriginalUse: Sendable, Equatable, CaseIterable {
    case never
    /// Where its bytes are no more than the encoder's.
    case ifNotLarger
    /// Without encoding anything, where it can be: it is known not to be larger.
    case ifPossible
  }

  public init(
    picture: Picture, encoding: Encoding, alternative: Encoding? = nil, original: OriginalUse = .never,
    timeoutMilliseconds: Int
  ) {
    self.picture = picture
    self.encoding = encoding
    self.alternative = alternative
    self.original = original
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

/// Pixels, before they are encoded: 8-bit sRGB with or without alpha.
public indirect enum Picture: Sendable, Equatable {
  /// An original, oriented and converted to sRGB, with the operations applied in order to every frame.
  case decoded(Blob, frames: Frames, [PixelOperation])
  /// Pixels that the handler has computed.
  case raster(Raster, [PixelOperation])
  /// A canvas of one colour with pictures placed on it in order, what lies outside cut off; then the operations.
  case composed(width: Int, height: Int, background: Color, [Placed], [PixelOperation])

  public enum Frames: Sendable, Equatable {
    case first, all
  }
}

/// A picture and where its top left corner lies on a canvas, in px.
public struct Placed: Sendable, Equatable {
  public var picture: Picture
  public var x: Int
  public var y: Int

  public init(_ picture: Picture, x: Int, y: Int) {
    self.picture = picture
    self.x = x
    self.y = y
  }
}

/// One step on the way from original to output. Sizes in px; colour work in 8-bit sRGB; alpha is premultiplied where
/// neighbouring pixels are mixed.
public enum PixelOperation: Sendable, Equatable {
  case crop(PixelRect)
  case flip(horizontal: Bool, vertical: Bool)
  /// Clockwise, 1–3 quarter turns.
  case rotate(quarterTurns: Int)
  /// Clockwise by any angle about the centre, into a canvas of exactly this size, which is transparent around it.
  case turn(degrees: FixedPoint, width: Int, height: Int)
  /// To exactly this size: Lanczos 3, or bicubic on an axis that grows.
  case resize(width: Int, height: Int)
  /// The most interesting part of exactly this size.
  case smartCrop(width: Int, height: Int, Interest)
  /// A larger canvas of this size with the image at `x`, `y`.
  case extend(width: Int, height: Int, x: Int, y: Int, Color)
  /// Put what is transparent on this colour. With an opaque colour the alpha channel is dropped.
  case flatten(Color)
  /// Gaussian; the radius in px, of which sigma is half.
  case blur(radius: FixedPoint)
  /// Unsharp mask on lightness; sigma in px.
  case sharpen(sigma: FixedPoint)
  /// `channel × factor`, clipped.
  case brightness(FixedPoint)
  /// `(channel − 128) × factor + 128`, clipped.
  case contrast(FixedPoint)
  /// Distance from luma (ITU-R BT.709 weights) times the factor, clipped; 0 is greyscale.
  case saturation(FixedPoint)
  /// `channel ^ exponent` on 0–1.
  case gamma(exponent: FixedPoint)
  /// Draw a picture over this one with its top left corner at a place, its alpha times `opacity`; what lies outside is cut off.
  case overlay(Picture, at: PixelPoint, opacity: FixedPoint)
  /// Draw a picture over this one again and again, its alpha times `opacity`: one copy is at `at`, the others at whole
  /// multiples of the steps from it in both directions, as far as the canvas goes. A step of `nil` does not repeat on that axis;
  /// a step is at least the picture's side.
  case tile(Picture, at: PixelPoint, stepX: Int?, stepY: Int?, opacity: FixedPoint)

  public enum Interest: Sendable, Equatable {
    case attention, entropy
  }
}

public struct PixelPoint: Sendable, Equatable {
  public var x: Int
  public var y: Int

  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}

/// sRGB, not premultiplied; 0–255 each.
public struct Color: Sendable, Equatable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8
  public var alpha: UInt8

  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
  }

  public static let white = Color(red: 255, green: 255, blue: 255)
  public static let black = Color(red: 0, green: 0, blue: 0)
  public static let transparent = Color(red: 0, green: 0, blue: 0, alpha: 0)
}

/// How an output is encoded.
public struct Encoding: Sendable, Equatable {
  public var format: OutputFormat
  /// 1–100, of a lossy encoder: its own setting, which is another one in each format for the same fidelity (``Quality``).
  public var quality: Int
  /// WebP and AVIF without loss. PNG and GIF ignore it.
  public var lossless: Bool
  /// PNG with a palette of at most 256 colours, chosen by ``quality``.
  public var palette: Bool
  public var metadata: Metadata
  /// What a JPEG, which has no alpha, shows where the finished picture is transparent. Opaque; says nothing of other formats.
  public var ground: Color

  public enum Metadata: Sendable, Equatable {
    /// Nothing but what is needed to show the pixels.
    case none
    /// Copyright and creator fields only.
    case copyright
    /// Everything the original had, but for the orientation and colour profile, which are applied.
    case keep
  }

  public init(
    format: OutputFormat, quality: Int = 80, lossless: Bool = false, palette: Bool = false, metadata: Metadata = .none,
    ground: Color = .white
  ) {
    self.format = format
    self.quality = quality
    self.lossless = lossless
    self.palette = palette
    self.metadata = metadata
    self.ground = ground
  }
}

/// A format that outputs are written in.
public enum OutputFormat: Sendable, Equatable, CaseIterable {
  case avif, webp, jpeg, png, gif
  /// The original's own drawing without what could run or refer to something outside of it: of an SVG, and without any operation.
  case svg

  /// Those that hold pixels.
  public static let rasters = allCases.filter { $0 != .svg }

  /// As a URL names it.
  var keyword: String {
    switch self {
    case .avif: "avif"
    case .webp: "webp"
    case .jpeg: "jpeg"
    case .png: "png"
    case .gif: "gif"
    case .svg: "svg"
    }
  }

  public var mediaType: String {
    switch self {
    case .avif: "image/avif"
    case .webp: "image/webp"
    case .jpeg: "image/jpeg"
    case .png: "image/png"
    case .gif: "image/gif"
    case .svg: "image/svg+xml"
    }
  }
}

public enum RenderResult: Sendable, Equatable {
  case output(RenderedOutput)
  /// The header was fine, and of some original not a single pixel can be decoded.
  case undecodable
  case timedOut
  /// The queue for pixel work is full.
  case overloaded
  /// The engine failed for a reason that is not the original's.
  case failed
}

public struct RenderedOutput: Sendable, Equatable {
  public var body: Blob
  public var byteCount: Int
  /// Whether it is the original, in its own format (``RenderPlan/original``).
  public var isOriginal: Bool
  /// Whether it is in the other encoding (``RenderPlan/alternative``).
  public var isAlternative: Bool
  public var milliseconds: Int
  /// Originals and marks of the plan that end early: they are drawn as far as they go, and are transparent beyond.
  public var damaged: [Blob]

  public init(
    body: Blob, byteCount: Int, isOriginal: Bool = false, isAlternative: Bool = false, milliseconds: Int,
    damaged: [Blob] = []
  ) {
    self.body = body
    self.byteCount = byteCount
    self.isOriginal = isOriginal
    self.isAlternative = isAlternative
    self.milliseconds = milliseconds
    self.damaged = damaged
  }
}
