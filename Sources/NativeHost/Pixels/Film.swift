import EdgeHandler

/// Frames of one size, 8-bit sRGB with or without alpha, and how they are played. A still has one frame.
struct Film {
  var frames: [VipsPicture]
  var timing: Timing?
  /// Whether it was made of an original without colour: then it may be grey still.
  var isOfGrey = false

  /// The delays and the loop count of an animation.
  struct Timing {
    /// One for each frame.
    var delaysInMilliseconds: [Int]
    /// 0: for ever.
    var plays: Int

    private static let mostPlays = 65_535

    /// What a file of this format can say.
    func writable(in format: OutputFormat) -> Timing {
      Timing(
        delaysInMilliseconds: format == .gif ? delaysInHundredths.map { $0 * 10 } : delaysOfBoundedSum,
        plays: min(max(plays, 0), Self.mostPlays))
    }

    /// 24 bits each (RFC 9649, section 2.7.1.1); libvips adds them up in 31.
    private var delaysOfBoundedSum: [Int] {
      let most = min(1 << 24, (1 << 31) / max(delaysInMilliseconds.count, 1)) - 1
      return delaysInMilliseconds.map { min(max($0, 0), most) }
    }

    /// 16 bits each (GIF89a, section 23). What one is rounded by is made up for by those behind it, so that an animation lasts as long as
    /// it did; but none is rounded to less than 20 ms, for which players take 100 ms.
    private var delaysInHundredths: [Int] {
      var rest = 0
      return delaysInMilliseconds.map { delay in
        let exact = min(max(delay, 0), 655_350) + rest
        let hundredths = min(max((exact + 5) / 10, delay > 10 ? 2 : 0), 65_535)
        rest = min(max(exact - hundredths * 10, -5), 5)
        return hundredths
      }
    }
  }

  init(_ frame: VipsPicture) {
    frames = [frame]
  }

  init(frames: [VipsPicture], timing: Timing?) {
    self.frames = frames
    self.timing = timing
  }

  func mapFrames(_ body: (VipsPicture) throws(PixelFailure) -> VipsPicture) throws(PixelFailure) -> Film {
    var film = self
    for index in film.frames.indices { film.frames[index] = try body(film.frames[index]) }
    return film
  }
}
