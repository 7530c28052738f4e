/// In this module strings are equal when their bytes are.
///
/// The standard library compares by canonical equivalence, under which U+212A KELVIN SIGN equals `K`: wrong for everything
/// that a URL says. Members declared here shadow the library's; in the edge bundle text has no other equality to begin with.
#if !hasFeature(Embedded)
  extension String {
    static func == (left: String, right: String) -> Bool {
      // The counts are known, and most comparisons end with them.
      left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
    }

    static func != (left: String, right: String) -> Bool {
      !(left == right)
    }

    static func ~= (pattern: String, value: String) -> Bool {
      pattern == value
    }
  }
#endif
