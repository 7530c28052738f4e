/// Fetches an original, follows redirects, and looks at what came.
final class OriginalLoading: Sendable {
  let workspace: Workspace
  let configuration: Configuration
  /// Unix time in seconds.
  let now: Int64
  /// What happens to the pixels, as far as the workspace's mark policy cares.
  let use: Use
  /// Also find the box inside a uniform border.
  let findsContent: Bool
  /// Whether the frames after the first will be decoded, and so count.
  let countsFrames: Bool

  init(
    workspace: Workspace, configuration: Configuration, now: Int64, use: Use, findsContent: Bool = false,
    countsFrames: Bool = false
  ) {
    self.workspace = workspace
    self.configuration = configuration
    self.now = now
    self.use = use
    self.findsContent = findsContent
    self.countsFrames = countsFrames
  }

  private var limits: Limits { configuration.limits }

  enum Use: Sendable {
    /// They are shown, under the marks of the presets of these names.
    case shown(marks: [String])
    /// They are not shown, or the workspace itself has said that they may be.
    case exempt
  }

  func load(_ reference: SourceReference) -> Step<Loaded> {
    switch reference.location {
    case .url(let url):
      return fetch(url, of: reference.source, Progress(limits))
    case .bundled(let name):
      return exchange(.sample(name), fields: [], url: nil, of: reference.source, Progress(limits))
    case .object(let bucket, let key):
      let encodedKey = PercentCoding.encode(key.utf8, keeping: .unreservedAndSlash)
      let path = "/" + bucket.bucket + "/" + encodedKey
      let host = bucket.endpoint.authority
      let fields = SignatureV4.sign(
        method: "GET", path: path, host: host, region: bucket.region, service: "s3", accessKeyId: bucket.accessKeyId,
        secretAccessKey: bucket.secretAccessKey, now: now)
      // Signed is what AWS wants signed; a field more is allowed.
      return exchange(
        .url(bucket.endpoint.origin + path), fields: fields + ordinary, url: nil, of: reference.source, Progress(limits)
      )
    }
  }

  /// How far the exchanges for one original have come.
  private struct Progress {
    var redirects = 0
    /// What is left of the time for all of them. There is no clock here: hosts tell how long each exchange took.
    var millisecondsLeft: Int

    init(_ limits: Limits) {
      millisecondsLeft = limits.fetchTimeoutMilliseconds
    }

    mutating func spend(_ milliseconds: Int) {
      millisecondsLeft = max(millisecondsLeft - max(milliseconds, 0), 0)
    }
  }

  /// What every request to an origin says, whatever kind of source it goes to: that it comes from here, and what it takes.
  private var ordinary: [OutboundRequest.Field] {
    [
      OutboundRequest.Field(name: "user-agent", value: "imgedge"),
      OutboundRequest.Field(name: "accept", value: "image/*,*/*;q=0.8"),
      OutboundRequest.Field(name: "accept-encoding", value: "identity"),
      OutboundRequest.Field(name: CDNLoop.fieldName, value: configuration.baseDomain),
    ]
  }

  private func fetch(_ url: WebURL, of source: Source?, _ progress: Progress) -> Step<Loaded> {
    exchange(.url(url.serialized), fields: ordinary, url: url, of: source, progress)
  }

  private func exchange(
    _ target: OutboundRequest.Target, fields: [OutboundRequest.Field], url: WebURL?, of source: Source?,
    _ progress: Progress
  ) -> Step<Loaded> {
    let outbound = OutboundRequest(
      target, fields: fields, maximumBytes: limits.maximumOriginalBytes,
      timeoutMilliseconds: progress.millisecondsLeft)
    return .fetch(outbound) { [self] result in
      switch result {
      case .failed(let failure): fail(problem(failure))
      case .response(let response):
        receive(response, url, of: source, progress)
      }
    }
  }

  private func receive(
    _ response: InboundResponse, _ url: WebURL?, of source: Source?, _ before: Progress
  ) -> Step<Loaded> {
    var progress = before
    progress.spend(response.milliseconds)
    switch response.status {
    // 203 is what a proxy on the way says that may have changed the picture (RFC 9110, section 15.3.4).
    case 200, 203:
      return inspect(response, fetchMilliseconds: limits.fetchTimeoutMilliseconds - progress.millisecondsLeft)
    // No part was asked for, and some servers say so of the whole.
    case 206 where ContentRange.isWhole(response.contentRange):
      return inspect(response, fetchMilliseconds: limits.fetchTimeoutMilliseconds - progress.millisecondsLeft)
    case 301, 302, 303, 307, 308: return redirect(response, url, of: source, progress)
    case 404, 410: return fail(Problem(.sourceNotFound, "The original's server has no such original."))
    case 403 where source?.hidesAbsence == true:
      return fail(Problem(.sourceNotFound, "The bucket has no such original, or does not show it."))
    case 401:
      return fail(
        Problem(
          .sourceRefused, "The original's server wants to know who asks (401), and the source has no credentials."))
    case 403:
      return fail(Problem(.sourceRefused, "The original's server does not show the original to this service (403)."))
    case 429:
      return fail(
        Problem(
          .sourceBusy, "The original's server has had too many requests (429); try again in a while.",
          retryAfterSeconds: RetryAfter.seconds(response.retryAfter)))
    default:
      return fail(Problem(.sourceUnreachable, "The original's server answered with status \(response.status)."))
    }
  }

  private func fail(_ problem: Problem) -> Step<Loaded> {
    .done(.failure(problem))
  }

  private func redirect(
    _ response: InboundResponse, _ url: WebURL?, of source: Source?, _ before: Progress
  ) -> Step<Loaded> {
    guard before.redirects < limits.maximumRedirects else {
      return fail(
        Problem(
          .sourceUnreachable, "The original's server redirected more than \(limits.maximumRedirects) times."))
    }
    guard let url, let location = response.location, let next = try? url.resolving(location) else {
      return fail(Problem(.sourceUnreachable, "The original's server redirected to nowhere that is allowed."))
    }
    let stays = source.map { $0.allows(next) } ?? false
    guard stays || workspace.allowedExternalSources.matches(next) else {
      return fail(
        Problem(
          .sourceNotAllowed,
          "The original's server redirected to a host or port that the workspace's allowed external sources do not include."
        ))
    }
    guard isShownAsBound(next) else {
      return fail(
        Problem(
          .sourceNotAllowed,
          "The original's server redirected to a source whose pictures are shown under a mark; name that source itself."
        ))
    }
    guard before.millisecondsLeft > 0 else { return fail(problem(.timedOut)) }
    var progress = before
    progress.redirects += 1
    return fetch(next, of: source, progress)
  }

  /// The marks are in the cache key, so they are settled before anything is fetched: a redirect cannot add one. It may lead
  /// only to what asks for no others than are drawn anyway.
  private func isShownAsBound(_ next: WebURL) -> Bool {
    guard case .shown(let marks) = use else { return true }
    return workspace.presets(boundTo: SourceReference(source: nil, location: .url(next))).allSatisfy { preset in
      marks.contains { $0 == preset.name }
    }
  }

  private func inspect(_ response: InboundResponse, fetchMilliseconds: Int) -> Step<Loaded> {
    let content: Picture.Frames? = findsContent ? (countsFrames ? .all : .first) : nil
    return .inspect(InspectRequest(blob: response.body, content: content)) { [self] result in
      switch result {
      case .unsupported:
        return fail(
          Problem(
            .unsupportedFormat, "The original is none of JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF, BMP, ICO and SVG."))
      case .unread(let feature):
        return fail(Problem(.unsupportedFormat, "The original has \(feature.words) that is not read here."))
      case .undecodable: return fail(Problem(.undecodableImage, "The original's header cannot be read."))
      case .overloaded: return fail(.overloaded)
      case .image(let header):
        do throws(Problem) {
          try configuration.capabilities.requireReading(header.format)
        } catch {
          return fail(error)
        }
        if let problem = excess(header) { return fail(problem) }
        let original = Original(
          blob: response.body, byteCount: response.byteCount, contentType: response.contentType, header: header,
          fetchMilliseconds: fetchMilliseconds)
        return .done(.success(original))
      }
    }
  }

  /// Some rows are in memory at one time, whatever their length.
  private static let longestSide = 1_000_000

  private func excess(_ header: ImageHeader) -> Problem? {
    guard header.width >= 1, header.height >= 1 else {
      return Problem(.undecodableImage, "The original has no pixels.")
    }
    // A drawing has as many pixels as are asked for.
    guard header.format != .svg else { return nil }
    guard max(header.width, header.height) <= Self.longestSide else {
      return Problem(.tooManyPixels, "The original has a side of more than \(Self.longestSide) pixels.")
    }
    let frames = countsFrames ? max(1, header.frames) : 1
    guard frames <= limits.maximumFrames else {
      return Problem(.tooManyPixels, "The original has \(frames) frames; \(limits.maximumFrames) are allowed.")
    }
    let size = PixelSize(width: header.width, height: header.height)
    guard Rounding.area(size, frames: frames) <= Int64(limits.maximumPixels) else {
      return Problem(
        .tooManyPixels,
        "The original has more than the \(limits.maximumPixels) pixels that are allowed in all its frames.")
    }
    return nil
  }

  private func problem(_ failure: FetchFailure) -> Problem {
    switch failure {
    case .unreachable:
      Problem(.sourceUnreachable, "The original's server cannot be reached, or its answer is malformed or incomplete.")
    case .addressRefused: Problem(.sourceNotAllowed, "The host of the original is not a public one.", parameter: "src")
    case .timedOut:
      Problem(.sourceTimeout, "The original's server took longer than \(limits.fetchTimeoutMilliseconds) ms.")
    case .tooLarge:
      Problem(.sourceTooLarge, "The original has more than the \(limits.maximumOriginalBytes) bytes that are allowed.")
    case .encoded(.several):
      Problem(.sourceUnreachable, "The original's server sent it in several content encodings; one can be undone.")
    case .encoded(let coding):
      Problem(
        .sourceUnreachable,
        "The original's server sent it in content encoding \(coding.token); gzip and deflate can be undone.")
    case .overloaded: .overloaded
    }
  }
}

/// `Content-Range` of an answer (RFC 9110, section 14.4).
private enum ContentRange {
  /// Whether it says that the whole was sent: `bytes 0-99/100`.
  static func isWhole(_ field: String?) -> Bool {
    guard let bytes = field?.bytes, ASCII.equalsIgnoringCase(bytes.prefix(6), "bytes "),
      let hyphen = bytes.firstIndex(of: UInt8(ascii: "-")), let slash = bytes.firstIndex(of: UInt8(ascii: "/")),
      hyphen < slash, bytes[6..<hyphen].elementsEqual("0".utf8),
      let last = ASCII.decimal(bytes[(hyphen + 1)..<slash], digits: 1...9),
      let count = ASCII.decimal(bytes[(slash + 1)...], digits: 1...9)
    else { return false }
    return last + 1 == count
  }
}

/// `Retry-After` of an origin (RFC 9110, section 10.2.3), as it is passed on.
private enum RetryAfter {
  /// Where it says nothing, or a date.
  private static let standardSeconds = 30
  /// More would be the word of a server that nobody here has heard, about a client that it has never seen.
  private static let mostSeconds = 3600

  static func seconds(_ field: String?) -> Int {
    guard let bytes = field?.bytes, let seconds = ASCII.decimal(bytes[...], digits: 1...9) else {
      return standardSeconds
    }
    return min(max(seconds, 1), mostSeconds)
  }
}

extension Source {
  /// S3 answers 403 for an object that is not there to whoever may not list the bucket.
  fileprivate var hidesAbsence: Bool { isBucket }

  /// Whether a URL lies under this HTTP source's prefix.
  fileprivate func allows(_ url: WebURL) -> Bool {
    guard case .http(let prefix) = location else { return false }
    return prefix.origin == url.origin && url.path.utf8.starts(with: prefix.path.utf8)
  }
}
