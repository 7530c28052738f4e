/// Qualities by name, as Cloudflare Images takes them (https://developers.cloudflare.com/images/transform-images/transform-via-url/#quality),
/// which does not document their numbers. Each stands for a number on the one scale and is the same as that in every respect.
enum QualityWord {
  /// `medium-high` is the default of this service, and the others are plain steps from it.
  private static let numbers: [(word: String, quality: Int)] = [
    ("high", 90), ("medium-high", 80), ("medium-low", 65), ("low", 50),
  ]

  static var words: [String] { numbers.map { $0.word } }

  static let grammar =
    "a whole number from 1 to 100, or one of high (90), medium-high (80), medium-low (65) and low (50)"

  static func value(of text: String) -> Int? {
    numbers.first { $0.word == text }?.quality
  }
}
