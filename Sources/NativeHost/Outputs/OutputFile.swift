import EdgeHandler
import Glibc
import NIOCore

/// How an output lies on disk: a line of text, then the body.
///
/// ```
/// imgedge-output 2 <key> <expires> <length of body> <checksum> <media type>
/// ```
///
/// The media type of an original that serves is followed by `; original`, and nothing of its bytes is in the file; that of a text of the
/// handler's own by `; text`.
///
/// The time of last modification is the expiry and the time of last access that of the last use, so that a scan needs to read
/// no file. A file is written under another name and renamed: under its own name there is only ever a whole one. It is not
/// forced to disk, because after a crash the checksum finds what is missing and the output can be made again.
enum OutputFile {
  enum ReadResult {
    /// `lastUse` as the file system has it.
    case output(Output, lastUse: Int64)
    case absent
    case damaged
  }

  private static let mark = "imgedge-output 2"
  private static let originalSuffix = "; original"
  private static let textSuffix = "; text"
  private static let maximumHeadBytes = 512
  /// More than any output. A buffer's indices have 32 bits.
  private static let maximumBodyBytes = 1 << 30
  static let temporarySuffix = ".tmp"

  /// What a file takes on disk: file systems allocate blocks of this size.
  static func cost(byteCount: Int) -> Int {
    (byteCount + 4095) & ~4095
  }

  // MARK: Reading

  static func read(_ path: String, digest: OutputDigest) -> ReadResult {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return errno == ENOENT || errno == ENOTDIR ? .absent : .damaged }
    defer { close(file) }
    var information = stat()
    guard fstat(file, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
      let output = read(file, byteCount: Int(information.st_size), digest: digest)
    else { return .damaged }
    return .output(output, lastUse: Int64(information.st_atim.tv_sec))
  }

  private static func read(_ file: Int32, byteCount: Int, digest: OutputDigest) -> Output? {
    withUnsafeTemporaryAllocation(byteCount: maximumHeadBytes, alignment: 1) { bytes in
      let beginning = UnsafeMutableRawBufferPointer(rebasing: bytes.prefix(byteCount))
      guard read(file, into: beginning, offset: 0),
        let lineEnd = beginning.firstIndex(of: UInt8(ascii: "\n"))
      else { return nil }
      let parts = beginning[..<lineEnd].split(
        separator: UInt8(ascii: " "), maxSplits: 6, omittingEmptySubsequences: false
      ).map { String(decoding: $0, as: UTF8.self) }
      guard parts.count == 7, parts[0] + " " + parts[1] == mark, parts[2] == digest.hex, let expires = Int64(parts[3]),
        let length = Int(parts[4]), (0...maximumBodyBytes).contains(length), lineEnd + 1 + length == byteCount
      else { return nil }
      var body = ByteBufferAllocator().buffer(capacity: length)
      body.writeBytes(beginning[(lineEnd + 1)...])
      let rest = length - body.readableBytes
      var isRead = true
      body.writeWithUnsafeMutableBytes(minimumWritableBytes: rest) { space in
        let space = UnsafeMutableRawBufferPointer(rebasing: space.prefix(rest))
        isRead = read(file, into: space, offset: byteCount - rest)
        return rest
      }
      let isOriginal = parts[6].hasSuffix(originalSuffix)
      let isText = parts[6].hasSuffix(textSuffix)
      let suffix = isOriginal ? originalSuffix : isText ? textSuffix : ""
      let output = Output(
        body: body, mediaType: String(parts[6].dropLast(suffix.count)), isOriginal: isOriginal, isText: isText,
        expires: expires)
      return isRead && parts[5] == checksum(output, digest) ? output : nil
    }
  }

  /// Whether all of `bytes` could be filled.
  private static func read(_ file: Int32, into bytes: UnsafeMutableRawBufferPointer, offset: Int) -> Bool {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = pread(file, rest.baseAddress, rest.count, offset + done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// Records a use at `time`, in seconds.
  static func touch(_ path: String, lastUse time: Int64) {
    // UTIME_OMIT, a macro that does not come through: leave it as it is.
    let omitted = timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2)
    utimensat(AT_FDCWD, path, [timespec(tv_sec: Int(time), tv_nsec: 0), omitted], AT_SYMLINK_NOFOLLOW)
  }

  // MARK: Writing

  /// Returns the bytes written, `nil` when it could not be done: nothing is left behind then.
  static func write(_ output: Output, digest: OutputDigest, to path: String, in folder: String, now: Int64) -> Int? {
    guard output.body.readableBytes <= maximumBodyBytes,
      let head = [
        mark, digest.hex, String(output.expires), String(output.body.readableBytes), checksum(output, digest),
        output.mediaType + (output.isOriginal ? originalSuffix : output.isText ? textSuffix : ""),
      ].asLine, head.utf8.count <= maximumHeadBytes
    else { return nil }
    // Random, because a process identifier is not unique where two containers share a volume.
    let temporary = folder + "/." + String(UInt64.random(in: 0...UInt64.max), radix: 16) + temporarySuffix
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    var file = open(temporary, flags, 0o600)
    if file < 0, errno == ENOENT {
      mkdir(folder, 0o700)
      file = open(temporary, flags, 0o600)
    }
    guard file >= 0 else { return nil }
    let times = [timespec(tv_sec: Int(now), tv_nsec: 0), timespec(tv_sec: Int(output.expires), tv_nsec: 0)]
    var isWritten = Array(head.utf8).withUnsafeBytes { write(file, $0) }
    isWritten = isWritten && output.body.withUnsafeReadableBytes { write(file, $0) }
    isWritten = isWritten && futimens(file, times) == 0
    // Some file systems report a full disk only now.
    isWritten = close(file) == 0 && isWritten
    guard isWritten, rename(temporary, path) == 0 else {
      unlink(temporary)
      return nil
    }
    return head.utf8.count + output.body.readableBytes
  }

  private static func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = Glibc.write(file, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private static func checksum(_ output: Output, _ digest: OutputDigest) -> String {
    var checksum = Checksum()
    Array("\(digest.hex) \(output.expires) \(output.mediaType) \(output.isOriginal) \(output.isText)".utf8)
      .withUnsafeBytes {
        checksum.add($0)
      }
    output.body.withUnsafeReadableBytes { checksum.add($0) }
    return String(checksum.value, radix: 16)
  }
}

extension [String] {
  /// `nil` when a line end is in one of them.
  fileprivate var asLine: String? {
    let line = joined(separator: " ")
    return line.utf8.contains { $0 == UInt8(ascii: "\n") } ? nil : line + "\n"
  }
}
