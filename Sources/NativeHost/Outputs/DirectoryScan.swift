import Glibc

/// Lists the outputs below a directory by their names and times alone, and removes what is over: expired ones, and what a
/// process that died in the middle of writing has left. Touches nothing whose name is not of its own making.
struct DirectoryScan {
  struct File {
    var digest: OutputDigest
    var cost: Int
    var lastUse: Int64
  }

  /// No write takes this long, in seconds.
  private static let temporaryLifetime = 3600

  let directory: String
  /// Unix time in seconds.
  let now: Int64

  /// The last used first.
  func run() -> [File] {
    var files: [File] = []
    for number in 0..<256 {
      let name = (number < 16 ? "0" : "") + String(number, radix: 16)
      scan(folder: name, into: &files)
    }
    return files.sorted { $0.lastUse > $1.lastUse }
  }

  private func scan(folder: String, into files: inout [File]) {
    guard let stream = opendir(directory + "/" + folder) else { return }
    defer { closedir(stream) }
    let descriptor = dirfd(stream)
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      var information = stat()
      guard fstatat(descriptor, name, &information, AT_SYMLINK_NOFOLLOW) == 0, information.st_mode & S_IFMT == S_IFREG
      else { continue }
      if name.hasPrefix("."), name.hasSuffix(OutputFile.temporarySuffix) {
        // The time of the last change of status (ctime) is the only one that nobody can set, so it is of the real clock.
        if information.st_ctim.tv_sec < time(nil) - Self.temporaryLifetime { unlinkat(descriptor, name, 0) }
        continue
      }
      guard name.hasPrefix(folder), let digest = OutputDigest(hex: name.utf8) else { continue }
      if Int64(information.st_mtim.tv_sec) <= now {
        unlinkat(descriptor, name, 0)
        continue
      }
      files.append(
        File(
          digest: digest, cost: OutputFile.cost(byteCount: Int(information.st_size)),
          lastUse: Int64(information.st_atim.tv_sec)))
    }
  }
}
