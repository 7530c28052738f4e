import Glibc
import NIOCore

/// The pictures that ship with the program, by name. Read at the start, so that a name can never lead to another file.
public struct SamplePictures: Sendable {
  private let pictures: [String: ByteBuffer]

  public var names: [String] { pictures.keys.sorted() }

  public subscript(name: String) -> ByteBuffer? { pictures[name] }

  public init(pictures: [String: ByteBuffer] = [:]) {
    self.pictures = pictures
  }

  /// Those in the resources that the build puts beside the executable; none where there are no such resources.
  ///
  /// Found from the executable's own path, not by `Bundle`: that would be all that the service needs Foundation for.
  public static func shipped() -> SamplePictures {
    guard let executable = realpath("/proc/self/exe", nil) else { return SamplePictures() }
    defer { free(executable) }
    let path = String(cString: executable)
    let folder = path.utf8.lastIndex(of: 0x2F).map { path[..<$0] } ?? "."
    return SamplePictures(folder: "\(folder)/imgedge_Server.resources/Samples")
  }

  init(folder: String) {
    var pictures: [String: ByteBuffer] = [:]
    if let directory = opendir(folder) {
      defer { closedir(directory) }
      while let entry = readdir(directory) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        guard name.utf8.first != 0x2E, let bytes = FileBytes.read("\(folder)/\(name)") else { continue }
        pictures[name] = ByteBuffer(bytes: bytes)
      }
    }
    self.pictures = pictures
  }
}
