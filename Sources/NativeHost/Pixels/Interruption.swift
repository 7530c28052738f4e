import CVips
import Synchronization

/// Whether a piece of work should stop: it was cancelled, or its time is over. Asked between steps, and by libvips while it computes.
final class Interruption: Sendable {
  let deadline: ContinuousClock.Instant
  private let cancellation = Atomic(false)

  init(deadline: ContinuousClock.Instant) {
    self.deadline = deadline
  }

  var isCancelled: Bool { cancellation.load(ordering: .relaxed) }
  var hasTimedOut: Bool { ContinuousClock.now >= deadline }
  var isDue: Bool { isCancelled || hasTimedOut }

  func cancel() {
    cancellation.store(true, ordering: .relaxed)
  }

  /// Stops the computation of an image, and of what is made of it, when due. `self` must outlive the image.
  func watch(_ image: VipsPicture) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    cvips_watch(
      image.pointer,
      { image, _, context in
        guard let image, let context else { return }
        if Unmanaged<Interruption>.fromOpaque(context).takeUnretainedValue().isDue { vips_image_set_kill(image, 1) }
      }, context)
  }
}
