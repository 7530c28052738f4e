import CVips
import EdgeHandler

/// The frames of an animation, each as it is shown, from the first on.
struct AnimationFrames {
  private enum Source {
    /// One below the other, as libvips decodes them.
    case strip(VipsPicture, places: [Int]?, Interruption)
    case composition(PNGComposition)
    case sequence(AVIFFrames)
  }

  let size: PixelSize
  private var source: Source
  /// How many frames of a strip have been passed.
  private var passed = 0

  init(_ strip: VipsPicture, places: [Int]?, of size: PixelSize, _ interruption: Interruption) {
    source = .strip(strip, places: places, interruption)
    self.size = size
  }

  init(_ composition: PNGComposition) {
    source = .composition(composition)
    size = composition.animation.canvas
  }

  init(_ sequence: AVIFFrames) {
    source = .sequence(sequence)
    size = sequence.size
  }

  /// The one after so many, each of which was computed before the next is asked for; `nil` behind the last.
  mutating func next(after index: Int) throws(PixelFailure) -> VipsPicture? {
    switch source {
    case .strip(let strip, let places, let interruption):
      let place = places.map { index < $0.count ? $0[index] : .max } ?? index
      guard place < strip.height / size.height else { return nil }
      // libvips can pass over rows, but takes a time for it that grows with the square of their number.
      while passed < place {
        let column = PixelRect(x: 0, y: passed * size.height, width: 1, height: size.height)
        _ = try strip.cropped(to: column).computed(interruption)
        passed += 1
      }
      passed = place + 1
      return try strip.frame(place, of: size)
    case .composition(var composition):
      defer { source = .composition(composition) }
      return try Self.asFarAsItGoes(index) { () throws(PixelFailure) in try composition.next() }
    case .sequence(let sequence):
      return try Self.asFarAsItGoes(index) { () throws(PixelFailure) in try sequence.next() }
    }
  }

  /// Whether the file says itself that it has more of them.
  var lacksFrames: Bool {
    if case .composition(let composition) = source { composition.animation.lacksFrames } else { false }
  }

  /// What is damaged behind its first frame ends there.
  private static func asFarAsItGoes(
    _ index: Int, _ next: () throws(PixelFailure) -> VipsPicture?
  ) throws(PixelFailure) -> VipsPicture? {
    do throws(PixelFailure) {
      return try next()
    } catch {
      guard error == .undecodable, index > 0 else { throw error }
      return nil
    }
  }

  /// - Parameter count: how many frames have been made.
  func timing(of count: Int) -> Film.Timing {
    switch source {
    case .strip(let strip, let places, _):
      let delays = strip.integers("delay") ?? []
      return Film.Timing(
        delaysInMilliseconds: (0..<count).map { index in
          let place = places?[index] ?? index
          return place < delays.count ? delays[place] : 100
        },
        plays: strip.integer("loop") ?? 0)
    case .composition(let composition):
      return Film.Timing(
        delaysInMilliseconds: composition.animation.frames.prefix(count).map(\.delayInMilliseconds),
        plays: composition.animation.plays)
    case .sequence(let sequence):
      return Film.Timing(
        delaysInMilliseconds: Array(sequence.delaysInMilliseconds.prefix(count)), plays: sequence.plays)
    }
  }
}
