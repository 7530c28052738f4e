/// Identifies an output: SHA-256 of the canonical form of everything that its bytes depend on.
public struct CacheKey: Sendable, Hashable {
  /// 64 lower-case hexadecimal digits.
  public let hex: String

  public init(digest: [UInt8]) {
    hex = Hexadecimal.encode(digest)
  }

  /// `nil` unless `hex` is 64 lower-case hexadecimal digits.
  public init?(hex: String) {
    guard hex.utf8.count == 64, hex.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
      return nil
    }
    self.hex = hex
  }
}

/// Asks the store for an output; a miss is work of the workspace whose share it names.
public struct LookUpRequest: Sendable, Equatable {
  public var key: CacheKey
  public var share: Share

  public init(key: CacheKey, share: Share) {
    self.key = key
    self.share = share
  }
}

public enum LookUpResult: Sendable {
  case hit(StoredOutput)
  /// Somebody else was at work on it; this is what came of it.
  case collapsed(StoredOutput)
  /// Not there, and now claimed by this flow.
  case miss
  /// As ``miss``, but the store remembers that the output is the original itself (``StoredOutput/isOriginal``), whose bytes memory has lost.
  case originalServes
  /// Somebody else was at work on it and failed, or the host has no room for another miss of this share
  /// (``Problem/overloaded``).
  case failed(Problem)
}

/// An output in the store.
public struct StoredOutput: Sendable, Equatable {
  public var body: Blob
  /// The body itself, where it is JSON that the handler has written and will want to read: ``body`` is then meaningless. A host
  /// gives back as bytes what came as bytes.
  public var bytes: [UInt8]?
  public var byteCount: Int
  public var mediaType: String
  /// Whether the body is an original's own bytes. Originals do not persist: a store holds such a body in memory, and of it keeps nothing
  /// elsewhere but that the original serves (``LookUpResult/originalServes``).
  public var isOriginal: Bool
  /// How long the store may keep it, in seconds from now. 0: not at all, but those who wait for it get it, as it is. Of a hit
  /// without ``bytes``, no answer depends on what is left of it; of one with them, the answer tells its age by it.
  public var lifetimeSeconds: Int

  public init(
    body: Blob, bytes: [UInt8]? = nil, byteCount: Int, mediaType: String, isOriginal: Bool = false, lifetimeSeconds: Int
  ) {
    self.body = body
    self.bytes = bytes
    self.byteCount = byteCount
    self.mediaType = mediaType
    self.isOriginal = isOriginal
    self.lifetimeSeconds = lifetimeSeconds
  }
}
