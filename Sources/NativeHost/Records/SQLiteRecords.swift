import Dispatch
import EdgeHandler
import Glibc
import Synchronization

/// A store of records in a file of SQLite, which other processes may use at the same time, or in memory.
///
/// Law of this folder: it performs what ``SQLite`` says and decides nothing. One thread does it all, so that nobody else ever waits for a
/// disk; what does not get its turn is ``RecordResult/overloaded``. A file that is damaged, gone or replaced is opened anew with the next
/// request, until one succeeds.
public final class SQLiteRecords: @unchecked Sendable {
  /// Requests that wait or run at one time.
  static let maximumPending = 1024

  private let path: String?
  private let busyMilliseconds: Int32
  private let settings: [String]
  private let queue = DispatchQueue(label: "imgedge.records")
  private let pending = Mutex(0)
  /// These are touched on ``queue`` only.
  private var connection: Connection?
  private var isClosed = false
  private var notes: RepeatedNotes

  /// Opens nothing yet.
  ///
  /// - Parameters:
  ///   - path: of the file, which is made where there is none; `nil` for a store in memory that ends with this object.
  ///   - busyMilliseconds: how long a request waits for another process.
  ///   - report: takes a line for the operator's log, from any thread. The same fault is reported at most every 10 s.
  public convenience init(
    path: String?, busyMilliseconds: Int = 2000, report: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.init(path: path, busyMilliseconds: busyMilliseconds, settings: [], report: report)
  }

  /// - Parameter settings: statements for a new connection beside those of ``SQLite``.
  init(path: String?, busyMilliseconds: Int, settings: [String], report: @escaping @Sendable (String) -> Void) {
    self.path = path
    self.busyMilliseconds = Int32(clamping: busyMilliseconds)
    self.settings = settings
    notes = RepeatedNotes(report)
  }

  /// Calls `completion` once, on the store's thread, which it must not hold up.
  public func perform(_ request: RecordRequest, completion: @escaping @Sendable (RecordResult) -> Void) {
    guard enter() else { return completion(.overloaded) }
    queue.async { [self] in
      let result = result(of: request)
      leave()
      completion(result)
    }
  }

  /// Blocks until the result is there: for commands.
  public func perform(_ request: RecordRequest) -> RecordResult {
    guard enter() else { return .overloaded }
    defer { leave() }
    return queue.sync { result(of: request) }
  }

  /// What keeps the store from being used right now, as a sentence for the operator; `nil` if nothing does. Blocks.
  public func check() -> String? {
    queue.sync {
      do throws(DatabaseError) {
        _ = try openConnection()
        return nil
      } catch {
        return sentence(error)
      }
    }
  }

  /// Performs what has been asked, and from then on nothing. Blocks.
  public func close() {
    queue.sync {
      connection = nil
      isClosed = true
    }
  }

  // MARK: Turns

  private func enter() -> Bool {
    pending.withLock { pending in
      guard pending < Self.maximumPending else { return false }
      pending += 1
      return true
    }
  }

  private func leave() {
    pending.withLock { $0 -= 1 }
  }

  // MARK: On the queue

  private func result(of request: RecordRequest) -> RecordResult {
    guard !isClosed, request.isValid else { return .unavailable }
    do throws(DatabaseError) {
      let result = try openConnection().perform(request)
      notes.end("the store of records is back")
      return result
    } catch {
      if !error.sparesConnection, path != nil { connection = nil }
      guard !error.isBusy else { return .overloaded }
      notes.report(sentence(error))
      return .unavailable
    }
  }

  private func openConnection() throws(DatabaseError) -> Connection {
    if let connection, connection.isInPlace { return connection }
    // One at a time: the last connection to a file tidies up beside it.
    connection = nil
    let opened = try openPatiently()
    connection = opened
    return opened
  }

  /// SQLite does not wait for a lock that it needs to begin with the write-ahead log.
  private func openPatiently() throws(DatabaseError) -> Connection {
    let deadline = ContinuousClock.now + .milliseconds(Int(busyMilliseconds))
    while true {
      do throws(DatabaseError) {
        return try Connection(path: path, busyMilliseconds: busyMilliseconds, settings: settings)
      } catch {
        guard error.isBusy, ContinuousClock.now < deadline else { throw error }
      }
      usleep(20_000)
    }
  }

  private func sentence(_ error: DatabaseError) -> String {
    "the store of records \(path ?? "in memory") cannot be used: \(error.text)"
  }
}
