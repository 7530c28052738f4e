import CVips
import EdgeHandler

/// The frames of an animation, each as it is shown, from the first on.
struct AnimationFrames {
  private enum Source {
    /// One below the other, as libvips decodes them.
    case strip(VipsPicture, places: [Int]?)
    case composition(PNGComposition)
    case sequence(AVIFFrames)
  }

  let size: PixelSize
  private var source: Source

  init(_ strip: VipsPicture, places: [Int]?, of size: PixelSize) {
    source = .strip(strip, places: places)
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
    case .strip(let strip, let places):
      let place = places.map { index < $0.count ? $0[index] : .max } ?? index
      return place < strip.height / size.height ? try strip.frame(place, of: size) : nil
    case .composition(var composition):
      defer { source = .composition(composition) }
      return try Self.asFarAsItGoes(index) { () throws(PixelFailure) in try composition.next() }
    case .sequence(let sequence):
      return try Self.asFarAsItGoes(index) { () throws(PixelFailure) in try sequence.next() }
    }
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
    case .strip(let strip, let places):
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
