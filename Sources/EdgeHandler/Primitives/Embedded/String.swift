#if hasFeature(Embedded)
  /// Text in the edge bundle, where it takes the name of the library's type: bytes that are held by one reference.
  ///
  /// The library's `String` is three words on wasm32 and has several forms. Telling them apart wherever a text is copied or
  /// dropped, and the Unicode algorithms behind its operators, were a fourth of the bundle. What the handler asks of text
  /// is what is here; texts are equal when their bytes are, as `ByteEquality.swift` has it elsewhere.
  ///
  /// Law of this folder: a type here does what its namesake does in the native build, for everything that the handler asks of it.
  public struct String: Sendable, Hashable {
    public typealias UTF8View = [UInt8]

    /// Well-formed.
    public private(set) var utf8: UTF8View

    private init(utf8: UTF8View) {
      self.utf8 = utf8
    }

    @inline(never)
    public static func == (left: String, right: consuming String) -> Bool {
      left.utf8.elementsEqual(right.utf8)
    }

    static func ~= (pattern: consuming String, value: String) -> Bool {
      value == pattern
    }

    // The library's comparison of optionals is repeated at each place.

    @inline(never)
    static func == (left: String?, right: consuming String) -> Bool {
      guard let left else { return false }
      return left == right
    }

    static func ~= (pattern: consuming String, value: String?) -> Bool {
      value == pattern
    }
  }

  // MARK: Bytes

  // What is appended or compared with is given up: nearly always it is a literal or was made for it, and whoever takes it drops it once,
  // instead of every caller.

  extension String {
    init() {
      self.init(utf8: [])
    }

    @inline(never)
    public init(decoding bytes: [UInt8], as encoding: UTF8.Type) {
      self.init(utf8: UTF8Sequence.repaired(bytes))
    }

    public init(decoding bytes: ArraySlice<UInt8>, as encoding: UTF8.Type) {
      self.init(decoding: Array(bytes), as: encoding)
    }

    @inline(never)
    mutating func append(_ other: consuming String) {
      utf8 += other.utf8
    }

    static func += (left: inout String, right: consuming String) {
      left.append(right)
    }
  }

  // MARK: Numbers

  extension String {
    init(_ number: Int) {
      self.init(Int64(number))
    }

    init(_ number: Int64) {
      self.init(number.magnitude, isNegative: number < 0)
    }

    init(_ number: UInt64) {
      self.init(number, isNegative: false)
    }

    @inline(never)
    private init(_ magnitude: UInt64, isNegative: Bool) {
      var digits: [UInt8] = []
      var rest = magnitude
      repeat {
        digits.append(UInt8(truncatingIfNeeded: 0x30 + rest % 10))
        rest /= 10
      } while rest > 0
      if isNegative { digits.append(UInt8(ascii: "-")) }
      self.init(utf8: digits.reversed())
    }
  }

  // MARK: Literals

  /// What a literal is where nothing else says it.
  public typealias StringLiteralType = String

  extension String: ExpressibleByStringInterpolation {
    @inline(__always)
    public init(stringLiteral literal: StaticString) {
      self.init(literal.utf8Start)
    }

    /// Called at each literal: an address is less code there than a `StaticString`.
    @inline(never)
    private init(_ start: UnsafePointer<UInt8>) {
      self.init(utf8: Array(Self.literal(start)))
    }

    @inline(never)
    fileprivate mutating func append(_ start: UnsafePointer<UInt8>) {
      utf8.append(contentsOf: Self.literal(start))
    }

    /// A zero ends it, and none has a zero of its own.
    private static func literal(_ start: UnsafePointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
      var end = start
      while end.pointee != 0 { end += 1 }
      return UnsafeBufferPointer(start: start, count: end - start)
    }

    public init(stringInterpolation: DefaultStringInterpolation) {
      self = stringInterpolation.text
    }
  }

  public struct DefaultStringInterpolation: StringInterpolationProtocol {
    fileprivate var text = String()

    public init(literalCapacity: Int, interpolationCount: Int) {}

    /// The compiler appends an empty text wherever an interpolation begins or ends with a value.
    @inline(__always)
    public mutating func appendLiteral(_ literal: StaticString) {
      if literal.utf8CodeUnitCount > 0 { text.append(literal.utf8Start) }
    }

    public mutating func appendInterpolation(_ text: consuming String) {
      self.text.append(text)
    }

    public mutating func appendInterpolation(_ number: UInt32) {
      text.append(String(UInt64(number)))
    }

    public mutating func appendInterpolation(_ value: some CustomStringConvertible) {
      text.append(value.description)
    }
  }

  public protocol CustomStringConvertible {
    var description: String { get }
  }
#endif
