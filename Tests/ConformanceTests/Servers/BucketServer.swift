import Foundation

/// A real S3 server with a folder of pictures, so that signatures are judged by a program that is not ours.
struct BucketServer {
  /// As `Fixtures/workspaces.json` has them.
  static let accessKeyId = "conformance"
  static let secretAccessKey = "secret/of+the=bucket"
  /// Objects of the bucket `real-bucket` below `catalog/`, each a copy of a picture.
  private static let objects = [
    "f.png", "a b+c=d,e;f@g#h?i%j&k/é日本.png", "a b.png", "a+b.png", "ä.png", "50%.png", "x/y/f.png", "(1)'!*.png",
    "swatches.png",
  ]

  let process: SupervisedProcess
  let authority: String

  init(pictures: URL, folder: URL) throws {
    for object in Self.objects {
      let file = folder.appending(path: "real-bucket/catalog").appending(path: object)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let picture = object == "swatches.png" ? object : "f.png"
      try FileManager.default.copyItem(at: pictures.appending(path: picture), to: file)
    }
    let (listener, port) = try Socket.listen()
    listener.close()
    authority = "127.0.0.1:\(port)"
    process = try SupervisedProcess(
      Layout.rclone,
      [
        "serve", "s3", "--addr", authority, "--auth-key", Self.accessKeyId + "," + Self.secretAccessKey, "--config",
        "/dev/null", folder.path,
      ],
      log: folder.deletingLastPathComponent().appending(path: "rclone.log"))
    try Self.waitUntilListening(port)
  }

  private static func waitUntilListening(_ port: Int) throws {
    var last: (any Error)?
    for _ in 0..<300 {
      do {
        try Socket.connect(host: "127.0.0.1", port: port, secondsToWait: 1).close()
        return
      } catch {
        last = error
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    throw SupervisedProcess.Failure(description: "rclone does not listen: \(last.map { "\($0)" } ?? "")")
  }
}
