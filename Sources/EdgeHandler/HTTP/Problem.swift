/// An error as the caller sees it (RFC 9457). One row of ``Code`` each: a code cannot exist without status and title.
///
/// `detail` is written for the caller: it names what was wrong and what is allowed, and never holds a path, an address or
/// a credential of ours.
///
/// A class: nearly every function may throw one, and a reference on the way out is a tenth of the code that three values are.
public final class Problem: Error, Sendable {
  public let code: Code
  public let detail: String
  /// The parameter at fault, where there is one.
  public let parameter: String?
  /// For `Retry-After`, where it is another than that of the code.
  let retryAfterSeconds: Int?

  @inline(never)
  public init(_ code: Code, _ detail: String, parameter: String? = nil) {
    self.code = code
    self.detail = detail
    self.parameter = parameter
    retryAfterSeconds = nil
  }

  init(_ code: Code, _ detail: String, parameter: String? = nil, retryAfterSeconds: Int?) {
    self.code = code
    self.detail = detail
    self.parameter = parameter
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// Whose fault it is decides the status: the caller's (4xx, and 505), the original's (404, 413, 415, 422, 502, 504), ours (500, 501, 503).
  public enum Code: Sendable, Equatable, CaseIterable {
    case malformedRequest, headTooLong, versionNotSupported, misdirectedRequest
    case invalidParameter, ambiguousSource, missingSource, invalidSource, invalidURL, urlTooLong
    case unknownWorkspace, workspaceUnavailable, unknownSource, notFound, methodNotAllowed
    case originNotAllowed, sourceNotAllowed
    case preconditionFailed
    case sourceNotFound, sourceTooLarge, tooManyPixels, unsupportedFormat, undecodableImage
    case noUsableSource
    case outOfCredits, tooManyRequests
    case sourceUnreachable, sourceRefused, sourceBusy, sourceTimeout
    case notAvailableHere
    case transformTimeout, overloaded, internalError
  }
}

extension Problem: Equatable {
  public static func == (left: Problem, right: Problem) -> Bool {
    guard left.code == right.code, left.detail == right.detail, left.retryAfterSeconds == right.retryAfterSeconds else {
      return false
    }
    guard let left = left.parameter, let right = right.parameter else {
      return left.parameter == nil && right.parameter == nil
    }
    return left == right
  }
}

extension Problem.Code {
  /// Whether nothing is answered with it so far.
  var isReserved: Bool { self == .outOfCredits || self == .tooManyRequests }

  /// Stable: clients may compare it.
  public var name: String { row.name }
  public var status: Int { row.status }
  public var title: String { row.title }

  private var row: (name: String, status: Int, title: String) {
    switch self {
    case .malformedRequest: ("malformed-request", 400, "The request is not well-formed HTTP")
    case .headTooLong: ("head-too-long", 431, "The head of the request is too long")
    case .versionNotSupported: ("version-not-supported", 505, "The request is of another version of HTTP")
    case .misdirectedRequest: ("misdirected-request", 421, "The request is for another connection than this one")
    case .invalidParameter: ("invalid-parameter", 400, "A parameter has a value that is not allowed")
    case .ambiguousSource: ("ambiguous-source", 400, "The original is named more than once")
    case .missingSource: ("missing-source", 400, "No original is named")
    case .invalidSource: ("invalid-source", 400, "The name of the original is malformed")
    case .invalidURL: ("invalid-url", 400, "The request's URL is malformed")
    case .urlTooLong: ("url-too-long", 414, "The request's URL is too long")
    case .unknownWorkspace: ("unknown-workspace", 404, "No workspace answers at this host")
    case .workspaceUnavailable: ("workspace-unavailable", 503, "The workspace cannot be read at the moment")
    case .unknownSource: ("unknown-source", 404, "The workspace has no source of this name")
    case .notFound: ("not-found", 404, "Nothing is served at this path")
    case .methodNotAllowed: ("method-not-allowed", 405, "The method is not allowed here")
    case .originNotAllowed: ("origin-not-allowed", 403, "This browser origin may not use the workspace")
    case .sourceNotAllowed: ("source-not-allowed", 403, "The workspace may not use this source")
    case .preconditionFailed: ("precondition-failed", 412, "The answer is not the one that is wanted")
    case .sourceNotFound: ("source-not-found", 404, "The original does not exist")
    case .sourceTooLarge: ("source-too-large", 413, "The original has too many bytes")
    case .tooManyPixels: ("too-many-pixels", 413, "The picture has too many pixels")
    case .unsupportedFormat: ("unsupported-format", 415, "The original is not an image that can be read")
    case .undecodableImage: ("undecodable-image", 422, "The original is damaged")
    case .noUsableSource: ("no-usable-source", 422, "None of the originals can be used")
    case .outOfCredits: ("out-of-credits", 402, "The workspace has no credits left")
    case .tooManyRequests: ("too-many-requests", 429, "Too many requests")
    case .sourceUnreachable: ("source-unreachable", 502, "The original's server did not answer properly")
    case .sourceRefused: ("source-refused", 502, "The original's server does not show it")
    case .sourceBusy: ("source-busy", 502, "The original's server wants fewer requests")
    case .sourceTimeout: ("source-timeout", 504, "The original's server took too long")
    case .notAvailableHere: ("not-available-here", 501, "This service lacks the format")
    case .transformTimeout: ("transform-timeout", 503, "The transform took too long")
    case .overloaded: ("overloaded", 503, "The service is at capacity")
    case .internalError: ("internal-error", 500, "The service failed")
    }
  }
}
