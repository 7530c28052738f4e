import TestSupport

@testable import EdgeHandler

/// Makes values of the effect protocol, each with the whole range of what it can hold.
struct WireGenerator {
  var random: SeededGenerator

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
  }

  mutating func flag() -> Bool { Bool.random(using: &random) }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    switch Int.random(in: 0..<4, using: &random) {
    case 0: range.lowerBound
    case 1: range.upperBound
    default: Int.random(in: range, using: &random)
    }
  }

  mutating func count() -> Int { int(0...Int(Int32.max)) }
  mutating func size() -> Int { int(1...Int(Int32.max)) }
  mutating func place() -> Int { int(Int(Int32.min)...Int(Int32.max)) }
  mutating func blob() -> Blob { Blob(id: UInt32(int(0...Int(UInt32.max)))) }
  mutating func bytes(upTo most: Int) -> [UInt8] { random.bytes(int(0...most)) }
  mutating func key() -> CacheKey { CacheKey(digest: random.bytes(32)) }

  mutating func one<Value>(of values: [Value]) -> Value {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  mutating func list<Value>(_ make: (inout WireGenerator) -> Value) -> [Value] {
    (0..<int(0...3)).map { _ in make(&self) }
  }

  mutating func maybe<Value>(_ make: (inout WireGenerator) -> Value) -> Value? {
    flag() ? make(&self) : nil
  }

  mutating func text() -> String {
    one(of: ["", "a", "\"\\/\n\u{0}\u{1f}", "ä€😀", "image/webp", String(repeating: "x", count: 3000), "\u{2028}\u{7f}"])
  }

  /// What ``FixedPoint`` can be read from.
  mutating func fixedPoint() -> FixedPoint {
    FixedPoint(millionths: Int64(int(-999_999_999_999_999...999_999_999_999_999)))
  }

  mutating func color() -> Color {
    let bytes = random.bytes(4)
    return Color(red: bytes[0], green: bytes[1], blue: bytes[2], alpha: bytes[3])
  }

  mutating func raster() -> Raster? {
    let (width, height) = (int(1...5), int(1...5))
    return Raster(width: width, height: height, rgba: random.bytes(width * height * 4))
  }

  mutating func point() -> PixelPoint { PixelPoint(x: place(), y: place()) }

  mutating func rect() -> PixelRect { PixelRect(x: count(), y: count(), width: size(), height: size()) }

  // MARK: Plans

  mutating func plan() -> RenderPlan {
    RenderPlan(
      picture: picture(depth: 0), encoding: encoding(), alternative: maybe { $0.encoding() },
      original: one(of: RenderPlan.OriginalUse.allCases),
      timeoutMilliseconds: count())
  }

  mutating func encoding() -> Encoding {
    Encoding(
      format: one(of: OutputFormat.allCases), quality: int(1...100), lossless: flag(), palette: flag(),
      metadata: one(of: Encoding.Metadata.allCases), ground: color())
  }

  mutating func picture(depth: Int) -> Picture {
    let operations = list { $0.operation(depth: depth) }
    switch int(0...2) {
    case 0: return .decoded(blob(), frames: one(of: Picture.Frames.allCases), operations)
    case 1:
      guard let raster = raster() else { return .decoded(blob(), frames: .all, operations) }
      return .raster(raster, operations)
    default:
      let placed = depth < 3 ? list { Placed($0.picture(depth: depth + 1), x: $0.place(), y: $0.place()) } : []
      return .composed(width: size(), height: size(), background: color(), placed, operations)
    }
  }

  mutating func operation(depth: Int) -> PixelOperation {
    switch Int.random(in: 0..<(depth < 3 ? 16 : 14), using: &random) {
    case 0: .crop(rect())
    case 1: .flip(horizontal: flag(), vertical: flag())
    case 2: .rotate(quarterTurns: int(1...3))
    case 3: .resize(width: size(), height: size())
    case 4: .smartCrop(width: size(), height: size(), one(of: PixelOperation.Interest.allCases))
    case 5: .extend(width: size(), height: size(), x: place(), y: place(), color())
    case 6: .flatten(color())
    case 7: .blur(radius: fixedPoint())
    case 8: .sharpen(sigma: fixedPoint())
    case 9: .brightness(fixedPoint())
    case 10: .contrast(fixedPoint())
    case 11: .saturation(fixedPoint())
    case 12: .gamma(exponent: fixedPoint())
    case 13: .turn(degrees: fixedPoint(), width: size(), height: size())
    case 14: .overlay(picture(depth: depth + 1), at: point(), opacity: fixedPoint())
    default:
      .tile(
        picture(depth: depth + 1), at: point(), stepX: maybe { $0.size() }, stepY: maybe { $0.size() },
        opacity: fixedPoint())
    }
  }

  // MARK: Results

  mutating func fetchResult() -> FetchResult {
    if flag() { return .failed(one(of: FetchFailure.allCases)) }
    return .response(
      InboundResponse(
        status: int(100...999), location: maybe { $0.text() }, contentType: maybe { $0.text() },
        contentRange: maybe { $0.text() },
        retryAfter: maybe { $0.text() }, body: blob(),
        byteCount: count(), milliseconds: count()))
  }

  mutating func inspectResult() -> InspectResult {
    let header = ImageHeader(
      format: one(of: ImageHeader.Format.allCases), width: count(), height: count(), orientation: int(1...8),
      frames: count(), hasAlpha: flag(), content: maybe { $0.rect() },
      fractionalSize: maybe {
        FractionalSize(
          width: FixedPoint(millionths: Int64($0.int(1...1_000_000_000))),
          height: FixedPoint(millionths: Int64($0.int(1...1_000_000_000))))
      })
    return one(of: [.image(header), .unsupported, .unread(one(of: UnreadFeature.allCases)), .undecodable, .overloaded])
  }

  mutating func inspectRequest() -> InspectRequest {
    InspectRequest(blob: blob(), content: one(of: [nil, .first, .all]))
  }

  mutating func renderResult() -> RenderResult {
    let output = RenderedOutput(
      body: blob(), byteCount: count(), isOriginal: flag(), isAlternative: flag(), milliseconds: count(),
      damaged: flag() ? [blob(), blob()] : [])
    return one(of: [.output(output), .undecodable, .timedOut, .overloaded, .failed])
  }

  mutating func sampleResult() -> SampleResult {
    guard let raster = raster() else { return .undecodable }
    return one(of: [
      .sample(Sample(raster, milliseconds: count(), isDamaged: flag())), .undecodable, .overloaded, .timedOut,
    ])
  }

  mutating func stored() -> StoredOutput {
    StoredOutput(
      body: blob(), bytes: maybe { $0.bytes(upTo: 50) }, byteCount: count(), mediaType: text(), isOriginal: flag(),
      lifetimeSeconds: count())
  }

  mutating func problem() -> Problem {
    Problem(one(of: Problem.Code.allCases), text(), parameter: maybe { $0.text() })
  }

  mutating func share() -> Share {
    Share(workspace: text(), weight: int(1...1000))
  }

  mutating func lookUpResult() -> LookUpResult {
    one(of: [.hit(stored()), .collapsed(stored()), .miss, .originalServes, .failed(problem())])
  }

  mutating func settlements() -> Settlement {
    flag() ? .store(key(), stored()) : .fail(key(), problem())
  }

  mutating func response() -> Response {
    one(of: [
      Response(status: int(100...999), fields: [.accept: "a", .vary: "Accept, Origin"]),
      Response(status: 200, fields: [.contentType: "image/png"], body: .blob(blob())),
      Response(status: 404, body: .bytes(bytes(upTo: 70))),
    ])
  }

  mutating func call() -> Call {
    let fields = list { ($0.text(), $0.text()) }
    let request = ReceivedRequest(
      method: text(), target: text(), fields: fields, isHTTP10: flag(), isSecure: flag())
    return Call(request, context: Context(now: Int64.random(in: .min ... .max, using: &random), isReady: flag()))
  }

  mutating func outbound() -> OutboundRequest {
    OutboundRequest(
      flag() ? .url(text()) : .sample(text()),
      fields: list { OutboundRequest.Field(name: $0.text(), value: $0.text()) }, maximumBytes: count(),
      timeoutMilliseconds: count())
  }

  // MARK: Records and exchanges

  mutating func int64() -> Int64 {
    one(of: [0, 1, -1, .max, .min, 1 << 53, Int64.random(in: .min ... .max, using: &random)])
  }

  mutating func recordKey() -> RecordKey { RecordKey(text(), text()) }

  mutating func counters() -> [Record.Counter] { list { Record.Counter($0.text(), $0.int64()) } }

  mutating func record() -> Record {
    Record(
      key: recordKey(), body: text(), counters: counters(), revision: int64(), expires: maybe { $0.int64() })
  }

  mutating func recordWrite() -> RecordWrite {
    RecordWrite(
      recordKey(),
      one(of: [
        .put(body: text(), expires: maybe { $0.int64() }), .delete, .add(counters(), expires: maybe { $0.int64() }),
        .check,
      ]), if: one(of: [.always, .absent, .revision(int64())]))
  }

  mutating func recordRequest() -> RecordRequest {
    one(of: [
      .get(list { $0.recordKey() }), .write(list { $0.recordWrite() }, asOf: int64()),
      .query(
        RecordQuery(
          partition: text(), from: text(), through: text(), isDescending: flag(), limit: int(1...100),
          after: maybe { $0.text() })),
    ])
  }

  mutating func recordResult() -> RecordResult {
    one(of: [
      .records(list { $0.maybe { $0.record() } }), .page(list { $0.record() }, next: maybe { $0.text() }), .written,
      .conflict(int(0...24)), .overloaded, .unavailable,
    ])
  }

  mutating func exchangeRequest() -> ExchangeRequest {
    ExchangeRequest(
      method: text(), url: text(), fields: list { OutboundRequest.Field(name: $0.text(), value: $0.text()) },
      body: bytes(upTo: 70), reach: one(of: ExchangeRequest.Reach.allCases), timeoutMilliseconds: count(),
      delayMilliseconds: count())
  }

  mutating func exchangeResult() -> ExchangeResult {
    one(of: [
      .response(status: int(100...999), retryAfter: maybe { $0.text() }, body: bytes(upTo: 70)), .notSent, .unanswered,
    ])
  }

  mutating func accessRecord() -> AccessRecord {
    let request = Request(method: text(), authority: text(), target: text(), isSecure: flag(), fields: [:])
    let notes = list { $0.text() }
    var record = AccessRecord(request, namespace: maybe { $0.text() }, code: maybe { $0.text() }, notes: notes)
    record.origin = maybe { $0.text() }
    return record
  }
}
