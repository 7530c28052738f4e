import EdgeHandler
import HTTPTypes
import NIOCore
import Outputs

/// Answers that were made of an output in memory and of nothing else, for when the same request comes again.
///
/// A decision is a function of what is in ``RequestIdentity`` and of the site, and the answer to a hit a function of that and of the output: it need
/// not be computed again for each of the requests for a picture on a busy page. One for each event loop, hence without a lock.
struct RecentHits {
  struct Hit {
    var key: CacheKey
    /// What is known of the output that the answer was made of.
    var byteCount: Int
    var mediaType: String
    var response: ServerResponse
    var sendsBody: Bool
    var namespace: String?
    /// The sites' epoch when the decision was made, and the time before which its site is known without another look.
    var epoch: UInt64 = 0
    var until: Int64 = 0

    /// Whether the decision would still be the same: a workspace whose settings may have changed must be asked for again.
    func isValid(at now: Int64, epoch: UInt64) -> Bool {
      self.epoch == epoch && now < until
    }

    /// The answer with an output that is in the store now; `nil` where that is another one.
    func answer(with output: Output) -> ServerResponse? {
      guard output.body.readableBytes == byteCount, output.mediaType == mediaType else { return nil }
      var response = response
      if sendsBody { response.body = output.body }
      return response
    }
  }

  /// Twice as many are kept at most, and twice as many bytes.
  private let generationSize: Int
  private let generationBytes: Int
  /// A request with more to tell apart than this, in bytes, is not remembered: no browser sends it.
  private static let maximumIdentityBytes = 4096
  /// What an entry takes beside its texts: two objects, and places in tables.
  private static let overheadBytes = 512
  /// Those that were used since the last change of generations; when there are too many, the older ones are forgotten.
  private var recent: [RequestIdentity: Hit] = [:]
  private var older: [RequestIdentity: Hit] = [:]
  private var recentBytes = 0

  init(generationSize: Int = 2048, generationBytes: Int = 4 << 20) {
    self.generationSize = generationSize
    self.generationBytes = generationBytes
  }

  mutating func find(_ identity: RequestIdentity) -> Hit? {
    guard identity.byteCount <= Self.maximumIdentityBytes else { return nil }
    if let hit = recent[identity] { return hit }
    guard let hit = older[identity] else { return nil }
    insert(hit, for: identity)
    return hit
  }

  mutating func insert(_ hit: Hit, for identity: RequestIdentity) {
    guard identity.byteCount <= Self.maximumIdentityBytes else { return }
    let cost = Self.overheadBytes + identity.byteCount + hit.response.headByteCount
    if recent.count >= generationSize || recentBytes + cost > generationBytes {
      older = recent
      recent = [:]
      recentBytes = 0
    }
    // One that takes the place of another counts twice, which forgets a little earlier.
    recent[identity] = hit
    recentBytes += cost
  }
}

/// Everything of a request that a decision may depend on.
struct RequestIdentity: Hashable {
  private let target: String
  private let authority: String
  private let method: String
  private let isSecure: Bool
  private let isMisdirected: Bool
  private let fields: [String?]

  init(_ request: Request) {
    target = request.target
    authority = request.authority
    method = request.method
    isSecure = request.isSecure
    isMisdirected = request.isMisdirected
    let values = request.fields.isEmpty ? [] : Request.decisiveFields.map { request.fields[$0] }
    fields = values.contains { $0 != nil } ? values : []
  }

  var byteCount: Int {
    target.utf8.count + authority.utf8.count + method.utf8.count + fields.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
  }
}
