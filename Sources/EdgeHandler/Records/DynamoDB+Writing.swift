extension DynamoDB {
  /// A write on its way to be done.
  struct PendingWrite {
    let write: RecordWrite
    /// Whether the record is taken for absent, because it had expired when last seen: a new one is put in its place. Without a condition,
    /// nobody knows before.
    var replaces: Bool

    init(_ write: RecordWrite) {
      self.write = write
      replaces = write.condition.isAbsent
    }

    /// Whether a condition that fails may mean only that ``replaces`` is wrong.
    var canTurn: Bool {
      guard case .always = write.condition else { return false }
      return switch write.change {
      case .put, .add: true
      case .delete, .check: false
      }
    }

    var isNeeded: Bool {
      if case .check = write.change, case .always = write.condition { return false }
      return true
    }
  }

  func write(
    _ writes: [(index: Int, write: PendingWrite)], asOf: Int64, turns: Int = 0, _ call: Call
  ) -> Exchanges<Outcome> {
    guard let first = writes.first else { return .done(Outcome(.written)) }
    if writes.count == 1, let operation = first.write.operation {
      // Without a token, to do it twice would be to write twice.
      let members = first.write.members(table: tableName, asOf: asOf)
      return ask(operation, members, isRepeatable: false, call) { reply in
        switch reply {
        case .success: return .done(Outcome(.written))
        case .refused("ConditionalCheckFailedException", _):
          return turn(writes, failing: [first.index], asOf: asOf, turns: turns, call)
        default: return failure(reply)
        }
      }
    }
    var members = [
      JSON.Member(
        "TransactItems",
        .array(
          writes.map { entry in
            .object([
              JSON.Member(entry.write.transactionName, .object(entry.write.members(table: tableName, asOf: asOf)))
            ])
          }))
    ]
    // The token is of what is asked: the service refuses one that it knows with other contents.
    let digest = HMAC.sha256(key: call.nonce, message: JSON.object(members).serialized())
    let hasToken = !call.nonce.isEmpty
    if hasToken { members.append(JSON.Member("ClientRequestToken", .string(Hexadecimal.encode(digest[..<16])))) }
    return transact(writes, members, isRepeatable: hasToken, asOf: asOf, turns: turns, call)
  }

  private func transact(
    _ writes: [(index: Int, write: PendingWrite)], _ members: [JSON.Member], isRepeatable: Bool, asOf: Int64,
    turns: Int,
    _ call: Call, attempt: Int = 0
  ) -> Exchanges<Outcome> {
    ask("TransactWriteItems", members, isRepeatable: isRepeatable, call, attempt: attempt) { reply in
      switch reply {
      case .success: return .done(Outcome(.written))
      case .refused("TransactionCanceledException", let json):
        let reasons = (json["CancellationReasons"]?.array ?? []).map { $0["Code"]?.string ?? "" }
        guard reasons.count == writes.count else { return failure(reply) }
        var failing: [Int] = []
        var isBusy = false
        for (entry, reason) in zip(writes, reasons) {
          if reason == "ConditionalCheckFailed" { failing.append(entry.index) }
          isBusy = isBusy || Self.isBusy(reason)
        }
        if !failing.isEmpty { return turn(writes, failing: failing, asOf: asOf, turns: turns, call) }
        guard isBusy else { return failure(reply) }
        guard attempt + 1 < Self.maximumAttempts else { return failure(.throttled("TransactionCanceledException")) }
        return transact(
          writes, members, isRepeatable: isRepeatable, asOf: asOf, turns: turns, call, attempt: attempt + 1)
      default: return failure(reply)
      }
    }
  }

  private static func isBusy(_ reason: String) -> Bool {
    switch reason {
    case "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded": true
    default: false
    }
  }

  /// Conditions at these indexes do not hold: that is a conflict, unless they were ours alone. Then the records have expired, or are there
  /// again.
  private func turn(
    _ writes: [(index: Int, write: PendingWrite)], failing: [Int], asOf: Int64, turns: Int, _ call: Call
  ) -> Exchanges<Outcome> {
    var turned = writes
    for place in turned.indices where failing.contains(turned[place].index) {
      guard turned[place].write.canTurn else { return .done(Outcome(.conflict(turned[place].index))) }
      turned[place].write.replaces = !turned[place].write.replaces
    }
    // Each try finds out about some of the writes: the service names all that fail, so two are enough unless others write too.
    guard turns < 2 * Self.maximumAttempts else { return failure(.throttled("ConditionalCheckFailedException")) }
    return write(turned, asOf: asOf, turns: turns + 1, call)
  }
}

// MARK: Expressions

extension DynamoDB.PendingWrite {
  /// The name of the operation where this is the only write; a check has none of its own.
  var operation: String? {
    switch write.change {
    case .put, .add: replaces ? "PutItem" : "UpdateItem"
    case .delete: "DeleteItem"
    case .check: nil
    }
  }

  var transactionName: String {
    switch write.change {
    case .put, .add: replaces ? "Put" : "Update"
    case .delete: "Delete"
    case .check: "ConditionCheck"
    }
  }

  func members(table: JSON.Member, asOf: Int64) -> [JSON.Member] {
    var values: [JSON.Member] = []
    var names: [JSON.Member] = []
    var members = [table]
    let isPut = operation == "PutItem"
    members.append(isPut ? JSON.Member("Item", newItem) : JSON.Member("Key", write.key.item))
    if !isPut, let update = update(&names, &values) {
      members.append(JSON.Member("UpdateExpression", .string(update)))
    }
    if let condition = condition(asOf: asOf, &values) {
      members.append(JSON.Member("ConditionExpression", .string(condition)))
    }
    if !names.isEmpty { members.append(JSON.Member("ExpressionAttributeNames", .object(names))) }
    if !values.isEmpty { members.append(JSON.Member("ExpressionAttributeValues", .object(values))) }
    return members
  }

  private var newItem: JSON {
    var members = write.key.item.members ?? []
    switch write.change {
    case .put(let body, let expires):
      members.append(JSON.Member("b", .attribute(body)))
      if let expires { members.append(JSON.Member("x", .attribute(expires))) }
    case .add(let counters, let expires):
      members.append(JSON.Member("b", .attribute("")))
      if let expires { members.append(JSON.Member("x", .attribute(expires))) }
      for counter in counters {
        members.append(JSON.Member(Record.counterPrefix + counter.name, .attribute(counter.value)))
      }
    case .delete, .check: break
    }
    members.append(JSON.Member("r", .attribute(1)))
    return .object(members)
  }

  private func update(_ names: inout [JSON.Member], _ values: inout [JSON.Member]) -> String? {
    switch write.change {
    case .put(let body, let expires):
      values.append(JSON.Member(":b", .attribute(body)))
      values.append(JSON.Member(":one", .attribute(1)))
      guard let expires else { return "SET b=:b REMOVE x ADD r :one" }
      values.append(JSON.Member(":x", .attribute(expires)))
      return "SET b=:b,x=:x ADD r :one"
    case .add(let counters, let expires):
      values.append(JSON.Member(":b", .attribute("")))
      values.append(JSON.Member(":one", .attribute(1)))
      var text = "SET b=if_not_exists(b,:b)"
      if let expires {
        values.append(JSON.Member(":x", .attribute(expires)))
        text += ",x=if_not_exists(x,:x)"
      }
      text += " ADD r :one"
      for (index, counter) in counters.enumerated() {
        let number = String(index)
        names.append(JSON.Member("#c" + number, .string(Record.counterPrefix + counter.name)))
        values.append(JSON.Member(":c" + number, .attribute(counter.value)))
        text += ",#c" + number + " :c" + number
      }
      return text
    case .delete, .check: return nil
    }
  }

  /// What must hold of the record that is there, of which one that has expired is none.
  private func condition(asOf: Int64, _ values: inout [JSON.Member]) -> String? {
    let isAbsent = "attribute_not_exists(pk) OR x<=:now"
    let isAlive = "attribute_not_exists(x) OR x>:now"
    switch write.condition {
    case .always:
      guard canTurn else { return nil }
      values.append(JSON.Member(":now", .attribute(asOf)))
      return replaces ? isAbsent : isAlive
    case .absent:
      values.append(JSON.Member(":now", .attribute(asOf)))
      return isAbsent
    case .revision(let revision):
      values.append(JSON.Member(":now", .attribute(asOf)))
      values.append(JSON.Member(":r", .attribute(revision)))
      return "r=:r AND (" + isAlive + ")"
    }
  }
}

extension RecordWrite.Condition {
  fileprivate var isAbsent: Bool {
    if case .absent = self { true } else { false }
  }
}
