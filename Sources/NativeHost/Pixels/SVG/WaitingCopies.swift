/// A copy of the ``SVGWorker`` that has reported the size of an SVG and waits to be told in how many pixels to draw it, once or several times.
struct WaitingCopy {
  /// The longest time that a copy waits, in milliseconds; then it ends by itself.
  static let longestWait = 2000
  /// The longest time for one that has taken more than ``mostMemory``, in milliseconds: enough for the work that has begun with it.
  static let longestWaitOfLarge = 100
  /// The memory in bytes that a copy may have allocated.
  static let mostMemory = 16 << 20
  /// Where it is not asked any more because it will have ended before it has heard that.
  private static let lastMoment = 100
  /// In bytes. What is longer is not compared, and has no copy that waits for it.
  private static let longestOriginal = 256 << 10

  let socket: JobSocket
  let size: NaturalSize
  /// `nil` for what is too long.
  fileprivate let original: [UInt8]?
  fileprivate let isLow: Bool
  fileprivate var start = ContinuousClock.now

  /// - Parameter isLow: whether it works at a low priority.
  init(socket: JobSocket, size: NaturalSize, original: UnsafeRawBufferPointer, isLow: Bool) {
    self.socket = socket
    self.size = size
    self.original = original.count <= Self.longestOriginal ? Array(original) : nil
    self.isLow = isLow
  }

  fileprivate var isOver: Bool { ContinuousClock.now - start > .milliseconds(Self.longestWait - Self.lastMoment) }
}

/// Those that wait between two works: what inspects an SVG leaves one to what renders it, and that to what renders it in another size.
struct WaitingCopies {
  /// As many works as a machine has in hand at once, each with a MB or so of its own.
  private static let most = 16

  private var copies: [WaitingCopy] = []

  /// When there are enough, those that are there stay: they will be wanted first.
  mutating func keep(_ copy: WaitingCopy) {
    copies.removeAll(where: \.isOver)
    guard copy.original != nil, copies.count < Self.most else { return }
    var copy = copy
    copy.start = .now
    copies.append(copy)
  }

  /// One that has been given these very bytes, and works at this priority.
  mutating func take(for original: UnsafeRawBufferPointer, isLow: Bool) -> WaitingCopy? {
    copies.removeAll(where: \.isOver)
    let index = copies.firstIndex { copy in
      copy.isLow == isLow && copy.original?.count == original.count && copy.original?.elementsEqual(original) == true
    }
    return index.map { copies.remove(at: $0) }
  }

  mutating func removeAll() {
    copies = []
  }
}
