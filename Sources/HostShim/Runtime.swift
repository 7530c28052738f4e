#if arch(wasm32)
  // What is taken from the C library otherwise, and with it a file system, a clock and a process that no host is to supply.

  /// Called by the allocator when it finds its own state broken. The trap says enough.
  @_cdecl("abort")
  public func abort() -> Never {
    fatalError()
  }

  /// The linker has it called after every export, to run what `atexit` was given: nothing.
  @_cdecl("__wasm_call_dtors")
  public func callDestructors() {}

  /// Referred to by generators of random numbers, of which none is used: the linker drops it again.
  @_cdecl("arc4random_buf")
  public func noRandomness(_ buffer: UnsafeMutableRawPointer, _ count: Int) {
    fatalError()
  }
#endif
