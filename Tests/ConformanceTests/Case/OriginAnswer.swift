/// What the origin answers at a path of one case: well behaved, or not in exactly one way.
struct OriginAnswer: Decodable, Sendable {
  var status: Int
  var fields: [String: OneOrMore<String>]
  /// The body: a file of the folder of pictures, a text, or this many zero bytes.
  var picture: String?
  var text: String?
  var zeroes: Int?
  /// Zero bytes until the client goes away.
  var isEndless: Bool
  /// How many bytes of the body are kept.
  var keep: Int?
  /// A `Content-Length` other than the body's.
  var claimedLength: Int?
  var framing: Framing
  /// Where the answer stops and the connection stays open.
  var stall: Place?
  /// Where the connection is closed.
  var close: Place?
  /// Sent in place of an HTTP answer.
  var raw: String?
  /// Milliseconds before the answer.
  var delay: Int?
  /// Milliseconds between eighths of the body.
  var drip: Int?
  /// Count of filler fields of 1 KiB each.
  var fieldFlood: Int

  enum Framing: String, Decodable, Sendable {
    case length, chunked, close
  }

  enum Place: String, Decodable, Sendable {
    case head = "before-head"
    case fields = "in-head"
    case body = "in-body"
  }

  enum Member: String, CodingKey, CaseIterable {
    case status, headers, picture, text, zeroes, endless, keep, claimedLength, framing, stall, close, raw, delay, drip
    case fieldFlood
  }

  init(picture: String) {
    status = 200
    fields = [:]
    self.picture = picture
    isEndless = false
    framing = .length
    fieldFlood = 0
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.strictContainer(Member.self)
    status = try members.value(.status, or: 200)
    fields = try members.value(.headers, or: [:])
    picture = try members.decodeIfPresent(String.self, forKey: .picture)
    text = try members.decodeIfPresent(String.self, forKey: .text)
    zeroes = try members.decodeIfPresent(Int.self, forKey: .zeroes)
    isEndless = try members.value(.endless, or: false)
    keep = try members.decodeIfPresent(Int.self, forKey: .keep)
    claimedLength = try members.decodeIfPresent(Int.self, forKey: .claimedLength)
    framing = try members.value(.framing, or: .length)
    stall = try members.decodeIfPresent(Place.self, forKey: .stall)
    close = try members.decodeIfPresent(Place.self, forKey: .close)
    raw = try members.decodeIfPresent(String.self, forKey: .raw)
    delay = try members.decodeIfPresent(Int.self, forKey: .delay)
    drip = try members.decodeIfPresent(Int.self, forKey: .drip)
    fieldFlood = try members.value(.fieldFlood, or: 0)
  }
}
