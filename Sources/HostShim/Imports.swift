#if arch(wasm32)
  // What the module asks of its host. Each starts work and returns at once; the host calls `resume` later, never from within.
  // Texts are read by the host before it returns.

  @_extern(wasm, module: "net", name: "fetch")
  func netFetch(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "pixels", name: "inspect")
  func pixelsInspect(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "pixels", name: "render")
  func pixelsRender(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "pixels", name: "sample")
  func pixelsSample(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "outputs", name: "lookUp")
  func outputsLookUp(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "outputs", name: "settle")
  func outputsSettle(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "records", name: "perform")
  func recordsPerform(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "net", name: "exchange")
  func netExchange(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "secrets", name: "perform")
  func secretsPerform(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "log", name: "note")
  func logNote(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)

  @_extern(wasm, module: "response", name: "send")
  func responseSend(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int)
#else
  // Elsewhere the module has no host: it is compiled with the rest of the package so that it cannot rot, and not run.
  func netFetch(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func pixelsInspect(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func pixelsRender(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func pixelsSample(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func outputsLookUp(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func outputsSettle(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func recordsPerform(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func netExchange(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func secretsPerform(_ request: UInt32, _ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func logNote(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
  func responseSend(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ length: Int) {}
#endif
