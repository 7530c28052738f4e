#if arch(wasm32)
  // The standard library's tables for text beyond ASCII, left out: with them the bundle would be half as large again.
  //
  // Only they know which characters are canonically equivalent and what is lower case. `EdgeHandler` compares text by its bytes
  // and changes the case of ASCII only; the names of fields, which `HTTPTypes` compares by itself, are ASCII. Where text beyond
  // that got this far it would be compared by its scalars, and its case left alone.

  @_cdecl("_swift_stdlib_getNormData")
  public func normData(_ scalar: UInt32) -> UInt16 { 0 }

  @_cdecl("_swift_stdlib_getDecompositionEntry")
  public func decompositionEntry(_ scalar: UInt32) -> UInt32 { UInt32.max }

  @_cdecl("_swift_stdlib_getComposition")
  public func composition(_ first: UInt32, _ second: UInt32) -> UInt32 { UInt32.max }

  @_cdecl("_swift_stdlib_getMapping")
  public func mapping(_ scalar: UInt32, _ kind: UInt8) -> Int32 { 0 }

  @_cdecl("_swift_stdlib_getSpecialMapping")
  public func specialMapping(
    _ scalar: UInt32, _ kind: UInt8, _ length: UnsafeMutablePointer<Int>?
  ) -> UnsafePointer<UInt8>? { nil }

  @_silgen_name("_swift_stdlib_nfd_decompositions")
  public let decompositions: UInt = 0
#endif
