@testable import EdgeHandler

/// What an origin answers once, and what the pixel engine then sees in it.
struct ScriptedOriginal {
  var status = 200
  var location: String?
  var contentType: String?
  var byteCount = 1000
  var milliseconds = 3
  var failure: FetchFailure?
  /// What an inspection says, its `content` only when that is asked for.
  var inspected = InspectResult.unsupported
  var sample = SampleResult.undecodable

  static func image(
    _ format: ImageHeader.Format, _ width: Int, _ height: Int, orientation: Int = 1, frames: Int = 1,
    hasAlpha: Bool = false, content: PixelRect? = nil, byteCount: Int = 1000, contentType: String? = nil,
    milliseconds: Int = 3, sample: Raster? = nil
  ) -> ScriptedOriginal {
    let header = ImageHeader(
      format: format, width: width, height: height, orientation: orientation, frames: frames, hasAlpha: hasAlpha,
      content: content)
    return ScriptedOriginal(
      contentType: contentType, byteCount: byteCount, milliseconds: milliseconds, inspected: .image(header),
      sample: sample.map { .sample(Sample($0, milliseconds: 9)) } ?? .undecodable)
  }

  /// Bytes of which an inspection says this.
  static func bytes(_ inspected: InspectResult) -> ScriptedOriginal {
    ScriptedOriginal(inspected: inspected)
  }

  static func status(_ status: Int) -> ScriptedOriginal {
    ScriptedOriginal(status: status, byteCount: 0)
  }

  static func redirect(_ status: Int = 302, to location: String?, milliseconds: Int = 3) -> ScriptedOriginal {
    ScriptedOriginal(status: status, location: location, byteCount: 0, milliseconds: milliseconds)
  }

  static func failure(_ failure: FetchFailure) -> ScriptedOriginal {
    ScriptedOriginal(failure: failure)
  }

  var header: ImageHeader? {
    if case .image(let header) = inspected { header } else { nil }
  }

  func result(_ blob: Blob, _ request: OutboundRequest) -> FetchResult {
    if let failure { return .failed(failure) }
    guard byteCount <= request.maximumBytes else { return .failed(.tooLarge) }
    return .response(
      InboundResponse(
        status: status, location: location, contentType: contentType, body: blob, byteCount: byteCount,
        milliseconds: milliseconds))
  }

  func inspection(_ request: InspectRequest) -> InspectResult {
    guard case .image(var header) = inspected else { return inspected }
    if request.content == nil { header.content = nil }
    return .image(header)
  }
}
