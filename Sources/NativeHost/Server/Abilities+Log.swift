import Logging
import Pixels

extension Abilities {
  /// Tells the operator what is lacking, and what has it.
  static func report(to logger: Logger) {
    for format in lacking.unwritableNames {
      logger.warning(
        "a format cannot be written: a library is missing",
        metadata: ["format": "\(format)", "package": "\(package(toWrite: format))"])
    }
    for format in lacking.unreadableNames {
      logger.warning(
        "a format cannot be read: a library is missing",
        metadata: ["format": "\(format)", "package": "\(package(toRead: format))"])
    }
  }
}
