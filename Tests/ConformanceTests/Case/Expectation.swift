/// What an answer must be. Whatever is absent here is not asked of this answer; what holds of every answer is in
/// `Invariants.swift`, and that both builds answer alike is always asked.
struct Expectation: Decodable, Sendable {
  var status: Int
  /// The code of the expected problem; where it is given, the whole problem document is checked.
  var code: String?
  var parameter: String?
  /// Texts that the problem's `detail` must hold.
  var detail: [String]
  /// `null` is absence.
  var fields: [String: FieldExpectation?]
  var contentType: String?
  /// The names in `Vary`, in any order and case; empty is absence.
  var vary: [String]?
  var cache: CacheOutcome?
  var isEmpty: Bool
  /// Texts that the body must hold.
  var holds: [String]
  /// Texts that the body must not hold.
  var never: [String]
  var text: String?
  /// A file of the folder of pictures that the body must be, byte for byte.
  var file: String?
  /// What the body, read as JSON, must contain.
  var json: JSONValue?
  var picture: PictureExpectation?
  /// Names of earlier steps.
  var sameBytesAs: [String]
  var otherBytesThan: [String]
  var sameETagAs: [String]
  var otherETagThan: [String]
  /// Whether the connection must end, or must stay open, after the last answer to raw bytes.
  var closes: Bool?
  /// Requests that reached the origin during this step.
  var originRequests: Int?
  var originTargets: [String]?
  /// Texts that no request to the origin may hold, in any case.
  var originNever: [String]
  /// Field lines that every request has.
  var originFields: [String]

  enum CacheOutcome: String, Decodable, Sendable {
    case hit, miss, damaged, absent

    /// `Cache-Status` (RFC 9211).
    var status: String? {
      switch self {
      case .hit: "imgedge; hit"
      case .miss: "imgedge; fwd=miss; stored"
      case .damaged: "imgedge; fwd=miss; detail=damaged"
      case .absent: nil
      }
    }
  }

  enum Member: String, CodingKey, CaseIterable {
    case status, code, parameter, detail, headers, contentType, vary, cache, empty, holds, never, text, file, json,
      picture
    case closes, sameBytesAs, otherBytesThan, sameETagAs, otherETagThan, originRequests, originTargets, originFields
    case originNever
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    status = try members.decode(Int.self, forKey: .status)
    code = try members.decodeIfPresent(String.self, forKey: .code)
    parameter = try members.decodeIfPresent(String.self, forKey: .parameter)
    detail = try members.value(.detail, or: [])
    fields = try members.value(.headers, or: [:])
    contentType = try members.decodeIfPresent(String.self, forKey: .contentType)
    vary = try members.decodeIfPresent([String].self, forKey: .vary)
    cache = try members.decodeIfPresent(CacheOutcome.self, forKey: .cache)
    isEmpty = try members.value(.empty, or: false)
    holds = try members.value(.holds, or: [])
    never = try members.value(.never, or: [])
    text = try members.decodeIfPresent(String.self, forKey: .text)
    file = try members.decodeIfPresent(String.self, forKey: .file)
    json = try members.decodeIfPresent(JSONValue.self, forKey: .json)
    picture = try members.decodeIfPresent(PictureExpectation.self, forKey: .picture)
    func names(_ member: Member) throws -> [String] {
      try members.decodeIfPresent(OneOrMore<String>.self, forKey: member)?.elements ?? []
    }
    sameBytesAs = try names(.sameBytesAs)
    otherBytesThan = try names(.otherBytesThan)
    sameETagAs = try names(.sameETagAs)
    otherETagThan = try names(.otherETagThan)
    closes = try members.decodeIfPresent(Bool.self, forKey: .closes)
    originRequests = try members.decodeIfPresent(Int.self, forKey: .originRequests)
    originTargets = try members.decodeIfPresent([String].self, forKey: .originTargets)
    originFields = try members.value(.originFields, or: [])
    originNever = try members.value(.originNever, or: [])
  }
}

/// What a field's value must be.
enum FieldExpectation: Decodable, Sendable {
  case exactly(String)
  /// A regular expression for the whole value.
  case pattern(String)
  /// The members of a comma-separated list, in any order and case.
  case list([String])

  enum Member: String, CodingKey, CaseIterable { case pattern, list }

  init(from decoder: any Decoder) throws {
    if let value = try? decoder.singleValueContainer().decode(String.self) {
      self = .exactly(value)
      return
    }
    let members = try decoder.strictContainer(Member.self)
    if members.contains(.pattern) {
      self = .pattern(try members.decode(String.self, forKey: .pattern))
    } else {
      self = .list(try members.decode([String].self, forKey: .list))
    }
  }
}

/// What must be seen in the body when another decoder than ours reads it.
struct PictureExpectation: Decodable, Sendable {
  var format: String?
  var width: Int?
  var height: Int?
  var frames: Int?
  var hasAlpha: Bool?
  /// Whether it has a palette of at most 256 colours.
  var isPalette: Bool?
  var isLossless: Bool?
  /// How long each frame stays, ms.
  var delays: [Int]?
  /// How often an animation is shown; 0 is for ever.
  var plays: Int?
  /// All that is told beside the pixels, in any order, as `look.py` names it.
  var metadata: [String]?
  /// Every colour that the first frame has, and no other, as `#rrggbbaa` in any order.
  var colors: [String]?
  var pixels: [Pixel]
  var resembles: Resemblance?

  struct Pixel: Decodable, Sendable {
    /// Fractions of the width and height, 0–1, or, above 1, px; negative px count from the right and bottom.
    var x: Double
    var y: Double
    /// From 0.
    var frame: Int
    /// `#rrggbb` or `#rrggbbaa`.
    var color: String
    /// Greatest difference in any channel, 0–255.
    var tolerance: Int

    enum Member: String, CodingKey, CaseIterable { case x, y, frame, color, tolerance }

    init(from decoder: any Decoder) throws {
      let members = try decoder.strictContainer(Member.self)
      x = try members.decode(Double.self, forKey: .x)
      y = try members.decode(Double.self, forKey: .y)
      frame = try members.value(.frame, or: 0)
      color = try members.decode(String.self, forKey: .color)
      tolerance = try members.value(.tolerance, or: 12)
    }
  }

  /// A picture of the folder, made comparable by another program than ours.
  struct Resemblance: Decodable, Sendable {
    var picture: String
    /// `left`, `top`, `right`, `bottom` as fractions of the reference, cut before it is scaled to the answer's size.
    var box: [Double]?
    /// Peak signal-to-noise ratio, dB.
    var decibels: Double

    enum Member: String, CodingKey, CaseIterable { case picture, box, decibels }

    init(from decoder: any Decoder) throws {
      let members = try decoder.strictContainer(Member.self)
      picture = try members.decode(String.self, forKey: .picture)
      box = try members.decodeIfPresent([Double].self, forKey: .box)
      decibels = try members.decode(Double.self, forKey: .decibels)
    }
  }

  enum Member: String, CodingKey, CaseIterable {
    case format, width, height, frames, hasAlpha, palette, lossless, delays, plays, metadata, colors, pixels, resembles
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    format = try members.decodeIfPresent(String.self, forKey: .format)
    width = try members.decodeIfPresent(Int.self, forKey: .width)
    height = try members.decodeIfPresent(Int.self, forKey: .height)
    frames = try members.decodeIfPresent(Int.self, forKey: .frames)
    hasAlpha = try members.decodeIfPresent(Bool.self, forKey: .hasAlpha)
    isPalette = try members.decodeIfPresent(Bool.self, forKey: .palette)
    isLossless = try members.decodeIfPresent(Bool.self, forKey: .lossless)
    delays = try members.decodeIfPresent([Int].self, forKey: .delays)
    plays = try members.decodeIfPresent(Int.self, forKey: .plays)
    metadata = try members.decodeIfPresent([String].self, forKey: .metadata)
    colors = try members.decodeIfPresent([String].self, forKey: .colors)
    pixels = try members.value(.pixels, or: [])
    resembles = try members.decodeIfPresent(Resemblance.self, forKey: .resembles)
  }
}
