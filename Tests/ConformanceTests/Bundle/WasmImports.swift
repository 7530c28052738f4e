/// The import section of a WebAssembly module (core specification 2.0, section 5.5.5).
struct WasmImports {
  struct Malformed: Error {}

  /// As `module.name`.
  private(set) var functions: [String] = []
  /// Memories, tables and globals.
  private(set) var others: [String] = []

  private let bytes: [UInt8]
  private var position = 8

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard bytes.starts(with: [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]) else { throw Malformed() }
    while position < bytes.count {
      let section = try byte()
      let end = try number() + position
      if section == 2 { try readImports() }
      position = end
    }
  }

  private mutating func readImports() throws {
    for _ in 0..<(try number()) {
      let name = try text() + "." + text()
      guard try byte() == 0 else {
        others.append(name)
        // What follows need not be understood: one of these is a fault already.
        return
      }
      _ = try number()
      functions.append(name)
    }
  }

  private mutating func byte() throws -> UInt8 {
    guard position < bytes.count else { throw Malformed() }
    defer { position += 1 }
    return bytes[position]
  }

  /// LEB128.
  private mutating func number() throws -> Int {
    var value = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      let next = try byte()
      value |= Int(next & 0x7F) << shift
      if next < 0x80 { return value }
    }
    throw Malformed()
  }

  private mutating func text() throws -> String {
    let count = try number()
    guard count <= bytes.count - position else { throw Malformed() }
    defer { position += count }
    return String(decoding: bytes[position..<position + count], as: UTF8.self)
  }
}
