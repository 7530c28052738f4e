/// What the pixel engine's libraries lack on this machine. They may be spread over packages of the system of which some are not there, as
/// AVIF's encoder is on Debian 13.
public struct Capabilities: Sendable, Equatable {
  public var unwritable: [OutputFormat]
  public var unreadable: [ImageHeader.Format]

  public static let all = Capabilities(unwritable: [], unreadable: [])

  public init(unwritable: [OutputFormat], unreadable: [ImageHeader.Format]) {
    self.unwritable = unwritable
    self.unreadable = unreadable
  }

  func canWrite(_ format: OutputFormat) -> Bool {
    !unwritable.contains { $0 == format }
  }

  /// - Throws: ``Problem/Code/notAvailableHere``.
  func requireWriting(_ format: OutputFormat) throws(Problem) {
    guard canWrite(format) else {
      throw Problem(
        .notAvailableHere, "This service cannot write \(format.keyword): its machine lacks the library for that.",
        parameter: ParameterName.format.text)
    }
  }

  /// - Throws: ``Problem/Code/notAvailableHere``.
  func requireReading(_ format: ImageHeader.Format) throws(Problem) {
    guard !unreadable.contains(where: { $0 == format }) else {
      throw Problem(
        .notAvailableHere, "This service cannot read \(format.keyword): its machine lacks the library for that.")
    }
  }

  /// A line for `/readyz`: `cannot write avif, cannot read heic`; empty where nothing is lacking.
  var words: String {
    ListText.join(
      unwritable.map { "cannot write " + $0.keyword } + unreadable.map { "cannot read " + $0.keyword },
      separator: ", ")
  }

  /// From the names of formats.
  public init(namesOfUnwritable unwritable: [String], unreadable: [String]) {
    self.init(
      unwritable: unwritable.compactMap { name in OutputFormat.allCases.first { $0.keyword == name } },
      unreadable: unreadable.compactMap { name in ImageHeader.Format.allCases.first { $0.keyword == name } })
  }

  /// For hosts, which tell them to each other.
  public var unwritableNames: [String] { unwritable.map { $0.keyword } }
  public var unreadableNames: [String] { unreadable.map { $0.keyword } }
}
