/// A bound that several share and of which nothing can be taken back, such as connections: whoever holds some may hold as many as
/// remain free for others, but one at least. Alone that is half; with n that want all they can get each has 1/(n + 1), and as
/// much is free for a newcomer. These are the dynamic thresholds of Choudhury and Hahne (1998).
package enum Threshold {
  /// - Parameters:
  ///   - own: what the one who asks holds.
  ///   - all: what is held by all.
  package static func permits(own: Int, all: Int, maximum: Int) -> Bool {
    all < maximum && (own == 0 || own < maximum - all)
  }
}
