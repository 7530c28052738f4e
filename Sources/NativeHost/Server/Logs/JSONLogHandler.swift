import Glibc
import Logging

/// Writes what is logged as a JSON object a line.
public struct JSONLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  private let writer: LogWriter

  public init(writer: LogWriter, level: Logger.Level) {
    self.writer = writer
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var line = LogLine(time: .now, level: event.level.rawValue)
    line.add("message", event.message.description)
    let all = metadata.merging(event.metadata ?? [:]) { $1 }
    for (name, value) in all.sorted(by: { $0.key < $1.key }) { line.add(name: name, value.description) }
    writer.append(line.finished())
  }
}
