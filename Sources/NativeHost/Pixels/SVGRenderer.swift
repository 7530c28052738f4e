import CIsolation
import CVips
import EdgeHandler
import Glibc

/// Has SVG read by a ``SVGWorker``, a process for each.
struct SVGRenderer {
  /// The worker's program and first arguments.
  let command: [String]
  let maximumPixels: Int
  let interruption: Interruption

  func size(of svg: UnsafeRawBufferPointer) throws(PixelFailure) -> PixelSize {
    let answer = try run(svg, ["0"], maximumBytes: SVGSize.byteCount)
    guard let size = SVGSize(answer) else { throw .undecodable }
    return PixelSize(width: size.width, height: size.height)
  }

  func picture(of svg: UnsafeRawBufferPointer, scale: Double) throws(PixelFailure) -> VipsPicture {
    let answer = try run(
      svg, ["\(scale)", "\(maximumPixels)"], maximumBytes: SVGSize.byteCount + maximumPixels * 4)
    guard let size = SVGSize(answer), answer.count == SVGSize.byteCount + size.width * size.height * 4 else {
      throw .undecodable
    }
    let pixels = answer.withUnsafeBytes { bytes in
      cvips_from_pixels(
        bytes.baseAddress?.advanced(by: SVGSize.byteCount), bytes.count - SVGSize.byteCount, Int32(size.width),
        Int32(size.height), 4)
    }
    let picture = try VipsPicture(pixels)
    return try VipsPicture(cvips_with_interpretation(picture.pointer, VIPS_INTERPRETATION_sRGB))
  }

  /// What the worker writes. That it fails, whatever way, is the SVG's fault.
  private func run(
    _ svg: UnsafeRawBufferPointer, _ arguments: [String], maximumBytes: Int
  ) throws(PixelFailure) -> [UInt8] {
    guard let input = Self.file(of: svg) else { throw .engine }
    defer { close(input) }
    var ends: [Int32] = [-1, -1]
    guard cisolation_pipe(&ends) == 0 else { throw .engine }
    defer { close(ends[0]) }
    let process = Self.spawn(command + arguments, input: input, output: ends[1])
    close(ends[1])
    guard let process else { throw .engine }
    let answer = read(ends[0], maximumBytes: maximumBytes)
    // When it has said all, or is not listened to any more, it has nothing left to do.
    if answer == nil { kill(process, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
    guard let answer else { throw interruption.isDue ? .interrupted : .undecodable }
    guard status == 0 else { throw .undecodable }
    return answer
  }

  /// `nil` when it is too much or the work is interrupted.
  private func read(_ descriptor: Int32, maximumBytes: Int) -> [UInt8]? {
    var answer: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 18)
    while !interruption.isDue {
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&wait, 1, 50) > 0 else { continue }
      let count = Glibc.read(descriptor, &part, part.count)
      guard count > 0 else { return count == 0 ? answer : nil }
      guard count <= maximumBytes - answer.count else { return nil }
      answer += part[..<count]
    }
    return nil
  }

  /// A file in memory rather than a pipe: the worker can be slow to read, and need not be waited for.
  private static func file(of bytes: UnsafeRawBufferPointer) -> Int32? {
    let file = cisolation_memory_file()
    guard file >= 0 else { return nil }
    var written = 0
    while written < bytes.count {
      let count = write(file, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      guard count > 0 else {
        close(file)
        return nil
      }
      written += count
    }
    lseek(file, 0, SEEK_SET)
    return file
  }

  /// With these two ends and nothing else of this process: no environment, no other file, no signal held back.
  private static func spawn(_ command: [String], input: Int32, output: Int32) -> pid_t? {
    guard let program = command.first else { return nil }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    cisolation_close_from(&actions, 3)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var process = pid_t()
    return posix_spawn(&process, program, &actions, &attributes, &arguments, &environment) == 0 ? process : nil
  }
}
