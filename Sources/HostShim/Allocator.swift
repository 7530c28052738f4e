#if arch(wasm32)
  // In the place of the C library's allocator, which has ten times the code. The linker leads its callers here (`scripts/toolset`).

  /// Memory in blocks of a hundred sizes, four to a doubling. A block that is given back waits for the next use of its size: nothing is
  /// split or joined, and there are never more blocks of a size than were in use at one time.
  ///
  /// A block lies at a multiple of 16; the four bytes before it hold the number of its size.
  private enum Allocator {
    // Touched by exports only, and wasm has one thread.
    /// The first block of each size that waits; it begins with the address of the second, and so on. 0 is none.
    nonisolated(unsafe) private static var waiting = InlineArray<128, UInt>(repeating: 0)
    /// Memory that no block was made of yet: where the next would lie, and what it must not reach.
    nonisolated(unsafe) private static var next: UInt = 0
    nonisolated(unsafe) private static var end: UInt = 0

    private static let unit: UInt = 16
    private static let head: UInt = 8
    private static let page: UInt = 65536

    /// `nil` when there is no memory left.
    @inline(never)
    static func allocate(_ count: UInt) -> UnsafeMutableRawPointer? {
      guard count < 1 << 30 else { return nil }
      // Sizes are 1 to 8 units, and 5 to 8 times each power of two of them.
      let units = (count + head - 1) / unit
      let doublings = UInt(max(0, 29 - units.leadingZeroBitCount))
      let multiple = units >> doublings + 1
      let number = Int(doublings * 4 + multiple)
      guard let block = UnsafeMutableRawPointer(bitPattern: waiting[number]) else {
        return make(multiple << doublings * unit, number)
      }
      waiting[number] = block.load(as: UInt.self)
      return block
    }

    @inline(never)
    private static func make(_ size: UInt, _ number: Int) -> UnsafeMutableRawPointer? {
      if end - next < size {
        let growth = (size - (end - next) + page) / page * page
        guard let start = UInt(exactly: sbrk(Int(growth))) else { return nil }
        if start != end { next = start + unit }
        end = start + growth
      }
      guard let block = UnsafeMutableRawPointer(bitPattern: next) else { return nil }
      next += size
      (block - 4).storeBytes(of: Int32(number), as: Int32.self)
      return block
    }

    @inline(never)
    static func deallocate(_ block: UnsafeMutableRawPointer) {
      let number = Int((block - 4).load(as: Int32.self))
      block.storeBytes(of: waiting[number], as: UInt.self)
      waiting[number] = UInt(bitPattern: block)
    }
  }

  /// Makes memory larger by whole pages. Returns where it ended before, or -1.
  @_extern(c, "sbrk")
  private func sbrk(_ growth: Int) -> Int

  @_cdecl("__wrap_posix_memalign")
  public func allocate(
    _ result: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ alignment: Int, _ count: Int
  ) -> Int32 {
    guard alignment <= 16, let block = Allocator.allocate(UInt(bitPattern: count)) else { return 12 }
    result.pointee = block
    return 0
  }

  @_cdecl("__wrap_free")
  public func deallocate(memory: UnsafeMutableRawPointer?) {
    if let memory { Allocator.deallocate(memory) }
  }
#endif
