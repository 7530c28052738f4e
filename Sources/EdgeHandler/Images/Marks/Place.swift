/// Where an image lies, with everything left out that a server might not look at: two URLs of one image have one place, also
/// where the server is kinder to odd spellings than the URL Standard.
///
/// Servers disagree about dot segments that are spelled with escapes, as in `x%2f..%2f`: some walk them, some drop those that
/// would lead out of a folder, to some they are a name. No honest URL has them, so one that does may be any place of its host.
///
/// Used by the mark policy alone, where taking two places for one costs a mark too many and the opposite gives away what the
/// workspace protects. What is fetched, and the cache key, keep the URL as it was written.
struct Place: Sendable {
  /// An S3 bucket at Amazon has many host names, of which this stands for all.
  private static let amazon = "amazonaws.com"

  private static let cloudflare = ".r2.cloudflarestorage.com"
  private static let jurisdictions = ["eu", "fedramp"]

  /// More than any chain of proxies decodes a path.
  private static let mostDecodings = 8

  private var host: Host
  /// 0 for the two schemes' own: whoever has a site answers on both.
  private var port: Int
  /// The path as it was written, and after each round of decoding.
  private var readings: [PlacePath]
  private let hidesDots: Bool

  private init(host: Host, port: Int, path: [UInt8]) {
    if host.isThisMachine {
      self.host = .domain("localhost")
    } else if case .v4(let address)? = host.address?.unmapped {
      self.host = .ipv4(address)
    } else {
      self.host = host
    }
    self.port = port == 80 || port == 443 ? 0 : port
    (readings, hidesDots) = Self.readings(path)
    mergeAmazonHosts()
    mergeCloudflareHosts()
  }

  init(_ url: WebURL) {
    self.init(host: url.host, port: url.effectivePort, path: Array(url.path.utf8))
  }

  /// Below a bucket, in path style and under the bucket's own host name.
  static func inBucket(_ bucket: Bucket, _ key: String) -> [Place] {
    let endpoint = bucket.endpoint
    let key = PercentCoding.encode(key.utf8, keeping: .unreservedAndSlash)
    var places = [
      Place(
        host: endpoint.host, port: endpoint.effectivePort, path: Array(("/" + bucket.bucket + "/" + key).utf8))
    ]
    if case .domain(let name) = endpoint.host, let host = try? Host(parsing: (bucket.bucket + "." + name).utf8) {
      places.append(Place(host: host, port: endpoint.effectivePort, path: Array(("/" + key).utf8)))
    }
    return places
  }

  /// Whether this is a place at which a path begins that leads to `other`.
  func contains(_ other: Place) -> Bool {
    guard host == other.host, port == other.port else { return false }
    return other.hidesDots || readings.contains { root in other.readings.contains { root.begins($0) } }
  }

  // MARK: Spellings

  private static func readings(_ path: [UInt8]) -> (readings: [PlacePath], hidesDots: Bool) {
    var readings = [PlacePath(path)]
    var text = path
    for _ in 0..<mostDecodings {
      guard let next = unescaped(text) else { break }
      text = next
      readings.append(PlacePath(text))
    }
    return (readings, readings.contains { $0.hidesDots })
  }

  /// One round of percent-decoding, with the `%u0041` of old servers, that leaves malformed escapes alone; `nil` where there is
  /// nothing to decode.
  private static func unescaped(_ text: [UInt8]) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "%")) else { return nil }
    var output: [UInt8] = []
    output.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      if text[position] == UInt8(ascii: "%"), position + 2 < text.count,
        let high = Hexadecimal.value(text[position + 1]), let low = Hexadecimal.value(text[position + 2])
      {
        output.append(high << 4 | low)
        position += 3
      } else if let code = unicodeEscape(text, at: position) {
        appendUTF8(code, to: &output)
        position += 6
      } else {
        output.append(text[position])
        position += 1
      }
    }
    return output.count < text.count ? output : nil
  }

  private static func unicodeEscape(_ text: [UInt8], at position: Int) -> UInt32? {
    guard position + 5 < text.count, text[position] == UInt8(ascii: "%"),
      ASCII.lowercase(text[position + 1]) == UInt8(ascii: "u")
    else { return nil }
    var code: UInt32 = 0
    for byte in text[(position + 2)..<(position + 6)] {
      guard let digit = Hexadecimal.value(byte) else { return nil }
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  /// Half of a surrogate pair comes out as what is not UTF-8, which is as good as any other character here.
  private static func appendUTF8(_ code: UInt32, to output: inout [UInt8]) {
    func byte(_ bits: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: bits) }
    switch code {
    case 0..<0x80: output.append(byte(code))
    case 0x80..<0x800: output += [byte(0xC0 | code >> 6), byte(0x80 | code & 0x3F)]
    default: output += [byte(0xE0 | code >> 12), byte(0x80 | code >> 6 & 0x3F), byte(0x80 | code & 0x3F)]
    }
  }

  /// `<bucket>.s3….amazonaws.com/<key>` and `s3….amazonaws.com/<bucket>/<key>` are one place, in every region, and also over
  /// the dual-stack, accelerated and website hosts: a bucket's name is unique among all of Amazon's.
  private mutating func mergeAmazonHosts() {
    guard case .domain(let name) = host else { return }
    let labels = name.bytes.split(separator: UInt8(ascii: "."))
    let isAmazon =
      name.ends(with: "." + Self.amazon) || name.ends(with: "." + Self.amazon + ".cn")
    guard isAmazon, let service = labels.lastIndex(where: { $0.starts(with: "s3".utf8) }) else { return }
    if service > 0 {
      var bucket: [UInt8] = []
      for label in labels[..<service] {
        if !bucket.isEmpty { bucket.append(UInt8(ascii: ".")) }
        bucket += label
      }
      readings = readings.map { $0.below(bucket) }
    }
    host = .domain(Self.amazon)
  }

  /// A bucket of R2 may answer below the name of a jurisdiction too, as in `<account>.eu.r2.cloudflarestorage.com`.
  private mutating func mergeCloudflareHosts() {
    guard case .domain(let name) = host else { return }
    for jurisdiction in Self.jurisdictions {
      let suffix = "." + jurisdiction + Self.cloudflare
      guard name.ends(with: suffix) else { continue }
      let account = String(decoding: name.bytes.dropLast(suffix.utf8.count), as: UTF8.self)
      host = .domain(account + Self.cloudflare)
      return
    }
  }
}

extension Host {
  /// The names and addresses of one's own machine (RFC 6761, section 6.3; RFC 1122, section 3.2.1.3), where an origin may run
  /// beside the service.
  fileprivate var isThisMachine: Bool {
    switch address?.unmapped {
    case .v4(let address): address >> 24 == 127 || address == 0
    case .v6(let address): address.high == 0 && address.low <= 1
    case nil:
      if case .domain(let name) = self {
        name == "localhost" || name.ends(with: ".localhost")
      } else {
        false
      }
    }
  }
}

extension SourceReference.Location {
  /// Every place at which this is the same image; none for what has no URL.
  var places: [Place] {
    switch self {
    case .url(let url): [Place(url)]
    case .object(let bucket, let key): Place.inBucket(bucket, key)
    case .bundled: []
    }
  }
}

extension Source {
  /// Whether an image belongs to this source, by whatever name it was asked for.
  func contains(_ location: SourceReference.Location, at places: [Place]) -> Bool {
    let roots: [Place]
    switch self.location {
    case .bundled: if case .bundled = location { return true } else { return false }
    case .http(let prefix): roots = [Place(prefix)]
    case .bucket(let bucket): roots = Place.inBucket(bucket, bucket.prefix)
    }
    return roots.contains { root in places.contains { root.contains($0) } }
  }

  /// All that it contains, as text.
  fileprivate var root: String {
    switch location {
    case .bundled: "bundled:"
    case .http(let prefix): prefix.serialized
    case .bucket(let bucket): "\(bucket.endpoint.origin)/\(bucket.bucket)/\(bucket.prefix)"
    }
  }

  /// How much of a place's path this source prescribes.
  fileprivate var depth: Int {
    switch location {
    case .bundled: 0
    case .http(let prefix): prefix.path.utf8.count
    case .bucket(let bucket): bucket.prefix.utf8.count
    }
  }
}

extension Workspace {
  /// The presets that are drawn on every output of an image, in the order of their names, which is the order of drawing.
  ///
  /// Where several bound sources contain the image, by overlapping prefixes, all their presets are: each owner was promised
  /// that nothing of the source is shown without.
  func presets(boundTo reference: SourceReference) -> [MarkPreset] {
    guard marks.contains(where: { !$0.autoApplySources.isEmpty }) else { return [] }
    let places = reference.location.places
    return marks.filter { preset in
      preset.autoApplySources.contains { name in
        reference.source?.name == name || source(named: name)?.contains(reference.location, at: places) ?? false
      }
    }
  }

  /// Which sources are bound to which presets, as part of the key of an output that may have come by a redirect: whether that
  /// led into a bound source is known only when it is fetched, and may have changed since.
  func bindings(of references: [SourceReference]) -> [KeyPart] {
    let canRedirect = references.contains { if case .url = $0.location { true } else { false } }
    guard canRedirect else { return [] }
    return marks.flatMap { preset in
      preset.autoApplySources.compactMap { name in
        source(named: name).map { KeyPart(name: "bound:" + preset.name, value: $0.root) }
      }
    }
  }

  /// The source that a full URL counts as; of several the one that prescribes most of it.
  func source(containing url: WebURL) -> Source? {
    var best: Source?
    let location = SourceReference.Location.url(url)
    let places = location.places
    for source in sources where source.depth > best?.depth ?? -1 && source.contains(location, at: places) {
      best = source
    }
    return best
  }
}
