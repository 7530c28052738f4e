extension DynamoDB {
  /// What came of looking after the table: a sentence for the operator.
  public enum TableOutcome: Sendable, Equatable {
    case fine(String)
    case failed(String)
  }

  /// Makes the table where there is none, waits until it is there, and sets its TTL attribute. What is there already stays.
  public func createTable(_ call: Call) -> Exchanges<TableOutcome> {
    func attribute(_ name: String) -> JSON {
      .object([JSON.Member("AttributeName", .string(name)), JSON.Member("AttributeType", .string("S"))])
    }
    func key(_ name: String, _ type: String) -> JSON {
      .object([JSON.Member("AttributeName", .string(name)), JSON.Member("KeyType", .string(type))])
    }
    let members = [
      tableName, JSON.Member("BillingMode", .string("PAY_PER_REQUEST")),
      JSON.Member("AttributeDefinitions", .array([attribute("pk"), attribute("sk")])),
      JSON.Member("KeySchema", .array([key("pk", "HASH"), key("sk", "RANGE")])),
    ]
    return ask("CreateTable", members, isRepeatable: true, call) { reply in
      switch reply {
      case .success, .refused("ResourceInUseException", _): return waitForTable(call, waits: 60)
      default: return .done(.failed(reply.note))
      }
    }
  }

  private func waitForTable(_ call: Call, waits: Int) -> Exchanges<TableOutcome> {
    describe(call) { description in
      switch description {
      case .failed(let text) where text == Self.notReady && waits > 0:
        var request = request("DescribeTable", [tableName], call)
        request.delayMilliseconds = 1000
        // What comes back is asked for again: this one is for the time that it takes.
        return .exchange(request) { _ in waitForTable(call, waits: waits - 1) }
      case .failed: return .done(description)
      case .fine: return setTimeToLive(call)
      }
    }
  }

  private func setTimeToLive(_ call: Call) -> Exchanges<TableOutcome> {
    timeToLive(call) { attribute, note in
      if let note { return .done(.failed(note)) }
      if attribute == "x" { return .done(.fine("the table \(table) is there")) }
      if let attribute { return .done(.failed("the table \(table) has another TTL attribute: \(attribute)")) }
      let specification = JSON.object([
        JSON.Member("AttributeName", .string("x")), JSON.Member("Enabled", .bool(true)),
      ])
      let members = [tableName, JSON.Member("TimeToLiveSpecification", specification)]
      return ask("UpdateTimeToLive", members, isRepeatable: true, call) { reply in
        guard case .success = reply else { return .done(.failed(reply.note)) }
        return .done(.fine("the table \(table) is there"))
      }
    }
  }

  /// Whether the table is there and made as ``createTable(_:)`` does it.
  public func checkTable(_ call: Call) -> Exchanges<TableOutcome> {
    describe(call) { description in
      guard case .fine = description else { return .done(description) }
      return timeToLive(call) { attribute, note in
        if let note { return .done(.failed(note)) }
        guard attribute == "x" else {
          return .done(.failed("expired records are not removed from the table \(table): its TTL attribute is not x"))
        }
        return .done(.fine("the table \(table) is there"))
      }
    }
  }

  private static var notReady: String { "the table is not ready" }

  private func describe(
    _ call: Call, then: @escaping @Sendable (TableOutcome) -> Exchanges<TableOutcome>
  ) -> Exchanges<TableOutcome> {
    ask("DescribeTable", [tableName], isRepeatable: true, call) { reply in
      switch reply {
      case .success(let json):
        guard let description = json["Table"] else { return then(.failed(reply.note)) }
        let schema = description["KeySchema"]?.array ?? []
        let names = schema.map { ($0["AttributeName"]?.string ?? "") + " " + ($0["KeyType"]?.string ?? "") }
        guard names.count == 2, names[0] == "pk HASH", names[1] == "sk RANGE" else {
          return then(.failed("the table \(table) is one of another program: its keys are not pk and sk"))
        }
        let status = description["TableStatus"]?.string
        return then(status == "ACTIVE" || status == "UPDATING" ? .fine("") : .failed(Self.notReady))
      case .refused("ResourceNotFoundException", _):
        return then(.failed("there is no table \(table) in \(region): imgedge records create makes it"))
      default: return then(.failed(reply.note))
      }
    }
  }

  /// The TTL attribute, where there is one, or what went wrong.
  private func timeToLive(
    _ call: Call, then: @escaping @Sendable (String?, String?) -> Exchanges<TableOutcome>
  ) -> Exchanges<TableOutcome> {
    ask("DescribeTimeToLive", [tableName], isRepeatable: true, call) { reply in
      guard case .success(let json) = reply, let description = json["TimeToLiveDescription"] else {
        return then(nil, reply.note)
      }
      let status = description["TimeToLiveStatus"]?.string
      guard status == "ENABLED" || status == "ENABLING" else { return then(nil, nil) }
      return then(description["AttributeName"]?.string ?? "", nil)
    }
  }
}
