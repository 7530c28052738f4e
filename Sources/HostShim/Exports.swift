import EdgeHandler

// What a host calls. `wasm/README.md` is the contract.

/// Room for a text of this many bytes.
@_expose(wasm, "allocate")
@_cdecl("imgedge_allocate")
public func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
  guard count >= 0 else { return nil }
  return UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 8)
}

@_expose(wasm, "deallocate")
@_cdecl("imgedge_deallocate")
public func deallocate(_ pointer: UnsafeMutableRawPointer?) {
  pointer?.deallocate()
}

/// Takes the setup. Returns what is wrong with it as a ``returned(_:)`` text; nothing if nothing is.
@_expose(wasm, "configure")
@_cdecl("imgedge_configure")
public func configure(_ text: UnsafePointer<UInt8>?, _ count: Int) -> UnsafeMutableRawPointer? {
  do throws(ConfigurationError) {
    Shim.shared = Shim(try Setup(json: read(text, count)))
    return nil
  } catch {
    return returned(Array(error.description.utf8))
  }
}

/// Takes the text of other workspaces than those of the setup. Returns as ``configure(_:_:)`` does; where something is wrong, all stay.
@_expose(wasm, "workspaces")
@_cdecl("imgedge_workspaces")
public func workspaces(_ text: UnsafePointer<UInt8>?, _ count: Int) -> UnsafeMutableRawPointer? {
  do throws(ConfigurationError) {
    try Shim.replaceWorkspaces(read(text, count))
    return nil
  } catch {
    return returned(Array(error.description.utf8))
  }
}

/// The version of the contract that `wasm/README.md` describes. It grows by one with every change that a host of the version before would
/// get wrong.
@_expose(wasm, "contract")
@_cdecl("imgedge_contract")
public func contract() -> Int32 { 2 }

@_expose(wasm, "handle")
@_cdecl("imgedge_handle")
public func handle(_ request: UInt32, _ text: UnsafePointer<UInt8>?, _ count: Int) {
  Shim.handle(request, read(text, count))
}

@_expose(wasm, "resume")
@_cdecl("imgedge_resume")
public func resume(_ effect: UInt32, _ text: UnsafePointer<UInt8>?, _ count: Int) {
  Shim.resume(effect, read(text, count))
}

/// Forgets a request that nobody waits for any more.
@_expose(wasm, "cancel")
@_cdecl("imgedge_cancel")
public func cancel(_ request: UInt32) {
  Shim.cancel(request)
}

/// Whether an IP address may be connected to: 1 or 0.
@_expose(wasm, "permits")
@_cdecl("imgedge_permits")
public func permits(_ text: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  Shim.permits(String(decoding: read(text, count), as: UTF8.self)) ? 1 : 0
}

/// What to do with a body that came with these values of `Content-Encoding`, joined by commas, as a ``returned(_:)`` text: `none`, `gzip`,
/// `deflate`, or how the fetch fails.
@_expose(wasm, "decoding")
@_cdecl("imgedge_decoding")
public func decoding(_ text: UnsafePointer<UInt8>?, _ count: Int) -> UnsafeMutableRawPointer? {
  returned(Array(ContentDecoding(contentEncoding: String(decoding: read(text, count), as: UTF8.self)).wireName.utf8))
}

/// How records lie in a file of SQLite, as a ``returned(_:)`` text: `SQLite`.
@_expose(wasm, "sqlite")
@_cdecl("imgedge_sqlite")
public func sqlite() -> UnsafeMutableRawPointer? {
  returned(SQLite.json.serialized())
}

/// The response for what never reached ``handle(_:_:_:)`` or got lost in it, as a ``returned(_:)`` text: 0 for bytes that are no
/// HTTP request, 1 for a failure of the host or of this module, 2 for a host without room, 3 for a head that is too long, 4 for a
/// target that is, 5 for another version of HTTP.
@_expose(wasm, "refusal")
@_cdecl("imgedge_refusal")
public func refusal(_ reason: Int32) -> UnsafeMutableRawPointer? {
  let problem: Problem =
    switch reason {
    case 0: .malformedRequest
    case 2: .overloaded
    case 3: .headTooLong
    case 4: .targetTooLong
    case 5: .versionNotSupported
    default: .internalError
    }
  return returned(EdgeHandler.answer(to: problem).wire.serialized())
}

private func read(_ text: UnsafePointer<UInt8>?, _ count: Int) -> [UInt8] {
  guard let text, count > 0 else { return [] }
  return Array(UnsafeBufferPointer(start: text, count: count))
}

/// The count of bytes in 32 bits, then the bytes. The host deallocates it.
private func returned(_ text: [UInt8]) -> UnsafeMutableRawPointer? {
  let pointer = UnsafeMutableRawPointer.allocate(byteCount: text.count + 4, alignment: 8)
  pointer.storeBytes(of: UInt32(truncatingIfNeeded: text.count), as: UInt32.self)
  text.withUnsafeBytes {
    (pointer + 4).copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(pointer), byteCount: $0.count)
  }
  return pointer
}
