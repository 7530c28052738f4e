/// Fetches an original, follows redirects, and looks at what came.
struct OriginalLoading: Sendable {
  let workspace: Workspace
  let limits: Limits
  /// Also find the box inside a uniform border.
  let findsContent: Bool
  /// Whether the frames after the first will be decoded, and so count.
  let countsFrames: Bool
  /// Unix time in seconds.
  let now: Int64

  func load<Value>(
    _ reference: SourceReference, then: @escaping @Sendable (Result<Original, Problem>) -> Step<Value>
  ) -> Step<Value> {
    switch reference.location {
    case .url(let url):
      return fetch(url, of: reference.source, redirects: 0, then)
    case .bundled(let name):
      return exchange("bundled:" + name, fields: [], url: nil, of: reference.source, redirects: 0, then)
    case .object(let bucket, let key):
      let encodedKey = PercentCoding.encode(key.utf8, keeping: .unreservedAndSlash)
      let path = "/" + bucket.bucket + "/" + encodedKey
      let host = bucket.endpoint.authority
      let fields = SignatureV4.sign(
        method: "GET", path: path, host: host, region: bucket.region, service: "s3", accessKeyId: bucket.accessKeyId,
        secretAccessKey: bucket.secretAccessKey, now: now)
      return exchange(bucket.endpoint.origin + path, fields: fields, url: nil, of: reference.source, redirects: 0, then)
    }
  }

  private func fetch<Value>(
    _ url: WebURL, of source: Source?, redirects: Int,
    _ then: @escaping @Sendable (Result<Original, Problem>) -> Step<Value>
  ) -> Step<Value> {
    exchange(url.serialized, fields: [], url: url, of: source, redirects: redirects, then)
  }

  private func exchange<Value>(
    _ address: String, fields: [OutboundRequest.Field], url: WebURL?, of source: Source?, redirects: Int,
    _ then: @escaping @Sendable (Result<Original, Problem>) -> Step<Value>
  ) -> Step<Value> {
    let outbound = OutboundRequest(
      url: address, fields: fields, maximumBytes: limits.maximumOriginalBytes,
      timeoutMilliseconds: limits.fetchTimeoutMilliseconds)
    return .fetch(outbound) { result in
      switch result {
      case .failed(let failure): then(.failure(problem(failure)))
      case .response(let response):
        switch response.status {
        case 200: inspect(response, then)
        case 301, 302, 303, 307, 308: redirect(response, url, of: source, redirects: redirects, then)
        case 404, 410: then(.failure(Problem(.sourceNotFound, "The original's server has no such original.")))
        case 403 where source?.hidesAbsence == true:
          then(.failure(Problem(.sourceNotFound, "The bucket has no such original, or does not show it.")))
        default:
          then(
            .failure(
              Problem(.sourceUnreachable, "The original's server answered with status \(response.status).")))
        }
      }
    }
  }

  private func redirect<Value>(
    _ response: InboundResponse, _ url: WebURL?, of source: Source?, redirects: Int,
    _ then: @escaping @Sendable (Result<Original, Problem>) -> Step<Value>
  ) -> Step<Value> {
    guard redirects < limits.maximumRedirects else {
      return then(
        .failure(
          Problem(
            .sourceUnreachable, "The original's server redirected more than \(limits.maximumRedirects) times.")))
    }
    guard let url, let location = response.location, let next = try? url.resolving(location) else {
      return then(.failure(Problem(.sourceUnreachable, "The original's server redirected to nowhere that is allowed.")))
    }
    let stays = source.map { $0.contains(next) } ?? false
    guard stays || workspace.allowedExternalSources.matches(next.host) else {
      return then(
        .failure(
          Problem(
            .sourceNotAllowed,
            "The original's server redirected to a host that the workspace's allowed external sources do not include."))
      )
    }
    return fetch(next, of: source, redirects: redirects + 1, then)
  }

  private func inspect<Value>(
    _ response: InboundResponse, _ then: @escaping @Sendable (Result<Original, Problem>) -> Step<Value>
  ) -> Step<Value> {
    .inspect(InspectRequest(blob: response.body, findsContent: findsContent)) { result in
      switch result {
      case .unsupported:
        then(
          .failure(
            Problem(
              .unsupportedFormat, "The original is none of JPEG, PNG, WebP, GIF, AVIF, HEIC, TIFF and SVG.")))
      case .undecodable: then(.failure(Problem(.undecodableImage, "The original's header cannot be read.")))
      case .overloaded: then(.failure(.overloaded))
      case .image(let header):
        if let problem = excess(header) {
          then(.failure(problem))
        } else {
          then(
            .success(
              Original(
                blob: response.body, byteCount: response.byteCount, header: header,
                fetchMilliseconds: response.milliseconds)))
        }
      }
    }
  }

  private func excess(_ header: ImageHeader) -> Problem? {
    guard header.width >= 1, header.height >= 1 else {
      return Problem(.undecodableImage, "The original has no pixels.")
    }
    guard max(header.width, header.height) <= Rounding.cap else {
      return Problem(.tooManyPixels, "The original has a side of more than \(Rounding.cap) pixels.")
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
    }
  }
}

extension Source {
  /// S3 answers 403 for an object that is not there to whoever may not list the bucket.
  fileprivate var hidesAbsence: Bool {
    if case .bucket = location { true } else { false }
  }

  /// Whether a URL lies under this HTTP source's prefix.
  fileprivate func contains(_ url: WebURL) -> Bool {
    guard case .http(let prefix) = location else { return false }
    return prefix.origin == url.origin && url.path.utf8.starts(with: prefix.path.utf8)
  }
}
