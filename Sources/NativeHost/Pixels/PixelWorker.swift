import EdgeHandler
import Glibc
import NIOCore

/// The program of a process that does for a ``PixelEngine`` what cannot be broken off, or is not known to end: the engine ends it when the
/// time is over, and its memory is bounded.
public enum PixelWorker {
  /// For the program that has this among its commands.
  public static let arguments = ["pixel-worker"]

  /// Without work for so long, a process ends and gives its memory back.
  private static let idleMilliseconds: Int32 = 20_000

  /// Answers jobs that come on standard output, a socket, until nobody asks any more. Returns the status to exit with.
  public static func run() -> Int32 {
    Confinement.enter()
    guard Vips.isReady else { return 70 }
    let forkServer = ForkServer(command: ["/proc/self/exe"] + SVGWorker.arguments)
    while let text = nextJob() {
      guard let (job, list, terms) = PixelJob.read(text) else { return 65 }
      guard write([PixelJob.acknowledgement]) else { return 74 }
      Confinement.limit(RLIMIT_AS, UInt64(clamping: terms.memory), highest: .max)
      var blobs: [Blob: ByteBuffer] = [:]
      for (blob, count) in list {
        guard let bytes = read(count) else { return 74 }
        blobs[blob] = bytes
      }
      let (head, output) = PixelJob.written(answer(to: job, blobs, terms, forkServer))
      guard write(head), output.withUnsafeReadableBytes(write) else { return 74 }
      Confinement.limit(RLIMIT_AS, .max, highest: .max)
    }
    return 0
  }

  private static func answer(
    to job: PixelJob, _ blobs: [Blob: ByteBuffer], _ terms: PixelJob.Terms, _ forkServer: ForkServer
  ) -> PixelJob.Answer {
    let interruption = Interruption(deadline: ContinuousClock.now + .milliseconds(terms.milliseconds))
    let context = PixelContext(
      limits: terms.limits, forkServer: forkServer, interruption: interruption)
    return withExtendedLifetime(context) {
      switch job {
      case .inspect(let request):
        .inspected(Inspection.result(of: request, blobs[request.blob] ?? ByteBuffer(), context))
      case .sample(let request): .sampled(Sampling.result(of: request, blobs[request.blob] ?? ByteBuffer(), context))
      case .render(let plan): .rendered(PlanRun.outcome(of: plan, blobs, context))
      }
    }
  }

  private static func nextJob() -> [UInt8]? {
    var wait = pollfd(fd: 1, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, idleMilliseconds) > 0, let head = read(4) else { return nil }
    return read(PixelJob.number(head.readableBytesView)).map { Array($0.readableBytesView) }
  }

  private static func read(_ count: Int) -> ByteBuffer? {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    while buffer.readableBytes < count {
      let left = count - buffer.readableBytes
      let more = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: left) { room in
        max(recv(1, room.baseAddress, min(left, room.count), 0), 0)
      }
      guard more > 0 else { return nil }
    }
    return buffer
  }

  private static func write(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes(write)
  }

  private static func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = send(1, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
