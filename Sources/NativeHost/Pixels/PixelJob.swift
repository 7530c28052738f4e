import EdgeHandler
import NIOCore

/// What is asked of a ``PixelWorker``, and what it answers.
///
/// A job is the length of a JSON text in 32 bits (least byte first), the text, and the blobs that it lists. The answer is one byte as soon as
/// the job has come, then the lengths of a JSON text and an output in 32 bits each, the text and the output.
enum PixelJob {
  case inspect(InspectRequest)
  case render(RenderPlan)
  case sample(SampleRequest)

  static let acknowledgement: UInt8 = 6

  struct Terms {
    var limits: PixelEngine.Limits
    var milliseconds: Int
    /// Bytes of address space.
    var memory: Int
  }

  enum Answer {
    case inspected(InspectResult)
    case sampled(SampleResult)
    case rendered(Rendering)
  }

  private var json: (name: String, value: JSON) {
    switch self {
    case .inspect(let request): ("inspect", request.wire)
    case .render(let plan): ("render", plan.wire)
    case .sample(let request): ("sample", request.wire)
    }
  }

  func head(blobs: [(key: Blob, bytes: UnsafeRawBufferPointer)], _ terms: Terms) -> [UInt8] {
    let (name, value) = json
    let text = JSON.object([
      JSON.Member(name, value),
      JSON.Member("blobs", .array(blobs.flatMap { [$0.key.wire, .int($0.bytes.count)] })),
      JSON.Member("maximumPixels", .int(terms.limits.maximumPixels)),
      JSON.Member("maximumFrames", .int(terms.limits.maximumFrames)),
      JSON.Member("milliseconds", .int(terms.milliseconds)),
      JSON.Member("memory", .int(terms.memory)),
    ]).serialized()
    return Self.number(text.count) + text
  }

  /// - Parameter text: of a head, behind its length.
  static func read(_ text: [UInt8]) -> (job: PixelJob, blobs: [(key: Blob, count: Int)], terms: Terms)? {
    guard let json = try? JSON.parse(text, maximumBytes: .max), let list = json["blobs"]?.array,
      let pixels = json["maximumPixels"]?.int, let frames = json["maximumFrames"]?.int,
      let milliseconds = json["milliseconds"]?.int, let memory = json["memory"]?.int
    else { return nil }
    let job: PixelJob
    if let request = json["inspect"].flatMap({ try? InspectRequest(wire: $0) }) {
      job = .inspect(request)
    } else if let plan = json["render"].flatMap({ try? RenderPlan(wire: $0) }) {
      job = .render(plan)
    } else if let request = json["sample"].flatMap({ try? SampleRequest(wire: $0) }) {
      job = .sample(request)
    } else {
      return nil
    }
    var blobs: [(key: Blob, count: Int)] = []
    for index in stride(from: 0, to: list.count - 1, by: 2) {
      guard let blob = try? Blob(wire: list[index]), let count = list[index + 1].int, count >= 0 else { return nil }
      blobs.append((blob, count))
    }
    var limits = PixelEngine.Limits()
    (limits.maximumPixels, limits.maximumFrames) = (pixels, frames)
    return (job, blobs, Terms(limits: limits, milliseconds: milliseconds, memory: memory))
  }

  static let answerHeadBytes = 8

  static func answerLengths(_ head: [UInt8]) -> (text: Int, output: Int)? {
    guard head.count == answerHeadBytes else { return nil }
    return (number(head[..<4]), number(head[4...]))
  }

  static func number(_ bytes: some Collection<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  static func number(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  /// What a worker sends of an answer: the head with the text, and the output.
  static func written(_ answer: Answer) -> (head: [UInt8], output: ByteBuffer) {
    var output = ByteBuffer()
    let json: JSON
    switch answer {
    case .inspected(let result): json = result.wire
    case .sampled(let result): json = result.wire
    case .rendered(.output(let bytes, let milliseconds, let damaged)):
      output = bytes
      json = Self.result(bytes, milliseconds, damaged: damaged)
    case .rendered(.alternative(let bytes, let milliseconds, let damaged)):
      output = bytes
      json = Self.result(bytes, isAlternative: true, milliseconds, damaged: damaged)
    case .rendered(.original(let bytes, let milliseconds)):
      output = bytes
      json = Self.result(bytes, isOriginal: true, milliseconds)
    case .rendered(.undecodable): json = RenderResult.undecodable.wire
    case .rendered(.timedOut): json = RenderResult.timedOut.wire
    case .rendered(.overloaded): json = RenderResult.overloaded.wire
    case .rendered(.failed): json = RenderResult.failed.wire
    }
    let text = json.serialized()
    return (number(text.count) + number(output.readableBytes) + text, output)
  }

  private static func result(
    _ bytes: ByteBuffer, isOriginal: Bool = false, isAlternative: Bool = false, _ milliseconds: Int,
    damaged: [Blob] = []
  ) -> JSON {
    RenderResult.output(
      RenderedOutput(
        body: Blob(id: 0), byteCount: bytes.readableBytes, isOriginal: isOriginal, isAlternative: isAlternative,
        milliseconds: milliseconds, damaged: damaged)
    ).wire
  }

  /// `nil` where it is no answer to this.
  func answer(_ text: [UInt8], _ output: [UInt8]) -> Answer? {
    guard let json = try? JSON.parse(text) else { return nil }
    switch self {
    case .inspect: return (try? InspectResult(wire: json)).map { .inspected($0) }
    case .sample: return (try? SampleResult(wire: json)).map { .sampled($0) }
    case .render:
      switch try? RenderResult(wire: json) {
      case .output(let result):
        let bytes = ByteBuffer(bytes: output)
        let (milliseconds, damaged) = (result.milliseconds, result.damaged)
        if result.isOriginal { return .rendered(.original(bytes, milliseconds: milliseconds)) }
        return .rendered(
          result.isAlternative
            ? .alternative(bytes, milliseconds: milliseconds, damaged: damaged)
            : .output(bytes, milliseconds: milliseconds, damaged: damaged))
      case .undecodable: return .rendered(.undecodable)
      case .timedOut: return .rendered(.timedOut)
      case .overloaded: return .rendered(.overloaded)
      case .failed: return .rendered(.failed)
      case nil: return nil
      }
    }
  }
}
