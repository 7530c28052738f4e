import EdgeHandler

/// What holds for one piece of work. Pictures that come of it read what is kept here, so it must outlive them.
struct PixelContext {
  let limits: PixelEngine.Limits
  let forkServer: ForkServer
  let interruption: Interruption
  let priority: WorkPriority
  let structures = StructureCache()

  init(
    limits: PixelEngine.Limits, forkServer: ForkServer, interruption: Interruption,
    priority: WorkPriority = WorkPriority()
  ) {
    self.limits = limits
    self.forkServer = forkServer
    self.interruption = interruption
    self.priority = priority
  }

  /// For bytes that are gone sooner than what is kept here: others may come to lie at their place.
  var forAnother: PixelContext {
    PixelContext(limits: limits, forkServer: forkServer, interruption: interruption, priority: priority)
  }

  /// - Parameter original: must stay where it is as long as this.
  func renderer(of original: UnsafeRawBufferPointer) -> SVGRenderer {
    if let start = original.baseAddress, let renderer = structures.renderers[start] { return renderer }
    let renderer = SVGRenderer(original, self)
    if let start = original.baseAddress { structures.renderers[start] = renderer }
    return renderer
  }
}

/// The structures of the originals that a piece of work has to do with, each read once, and the bytes that are read in their place.
final class StructureCache {
  private typealias Entry = (structure: Result<Structure, PixelFailure>, readable: UnsafeRawBufferPointer)

  /// One of them may have told its size and wait to draw.
  fileprivate var renderers: [UnsafeRawPointer: SVGRenderer] = [:]
  private var entries: [UnsafeRawPointer: Entry] = [:]
  private var replacements: [UnsafeMutableRawBufferPointer] = []
  private var repairs: [UnsafeRawPointer: Repair] = [:]
  private var damaged: Set<UnsafeRawPointer> = []

  deinit {
    for replacement in replacements { replacement.deallocate() }
  }

  /// Whether pixels have been drawn of an original that has not all of them.
  func isDamaged(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.baseAddress.map(damaged.contains) ?? false
  }

  func noteDamage(of bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress { damaged.insert(start) }
  }

  /// What is decoded of an original that ends early, made once.
  func repair(
    of bytes: UnsafeRawBufferPointer, _ make: () throws(PixelFailure) -> Repair
  ) throws(PixelFailure) -> Repair {
    guard let start = bytes.baseAddress else { return try make() }
    if let repair = repairs[start] { return repair }
    let repair = try make()
    repairs[start] = repair
    return repair
  }

  /// A copy that stays where it is as long as this.
  func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    copy.copyBytes(from: bytes)
    replacements.append(copy)
    return UnsafeRawBufferPointer(copy)
  }

  /// - Parameter bytes: must stay where they are as long as this.
  func structure(
    of bytes: UnsafeRawBufferPointer, _ format: ImageHeader.Format, _ limits: PixelEngine.Limits
  ) -> (structure: Result<Structure, PixelFailure>, readable: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress, let entry = entries[start] { return entry }
    var entry: Entry = (Result { () throws(PixelFailure) in try Structure.read(bytes, format, limits) }, bytes)
    if case .success(var structure) = entry.structure, let replacement = structure.replacement {
      structure.replacement = nil
      entry = (.success(structure), keep(replacement))
    }
    if let start = bytes.baseAddress { entries[start] = entry }
    return entry
  }
}
