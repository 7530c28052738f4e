extension DynamoDB {
  // MARK: By key

  func get(_ keys: [RecordKey], _ call: Call) -> Exchanges<Outcome> {
    if keys.count == 1, let key = keys.first { return get(key, call) }
    return get(keys[...], found: [], call) { found in
      .done(Outcome(.records(keys.map { key in found.first { $0.key == key } })))
    }
  }

  private func get(_ key: RecordKey, _ call: Call) -> Exchanges<Outcome> {
    let members = [tableName, JSON.Member("Key", key.item), JSON.Member("ConsistentRead", .bool(true))]
    return ask("GetItem", members, isRepeatable: true, call) { reply in
      guard case .success(let json) = reply else { return failure(reply) }
      guard let item = json["Item"] else { return .done(Outcome(.records([nil]))) }
      guard let record = Record(item: item), record.key == key else { return failure(reply) }
      return .done(Outcome(.records([record])))
    }
  }

  /// In batches, one after the other; what the service has not got to in one is part of the next.
  ///
  /// - Parameter fruitless: how many batches in a row have brought nothing.
  private func get(
    _ keys: ArraySlice<RecordKey>, found: [Record], fruitless: Int = 0, _ call: Call,
    then: @escaping @Sendable ([Record]) -> Exchanges<Outcome>
  ) -> Exchanges<Outcome> {
    let batch = keys.prefix(Self.maximumBatch)
    if batch.isEmpty { return then(found) }
    let asked = JSON.object([
      JSON.Member("Keys", .array(batch.map { $0.item })), JSON.Member("ConsistentRead", .bool(true)),
    ])
    let members = [JSON.Member("RequestItems", .object([JSON.Member(table, asked)]))]
    return ask("BatchGetItem", members, isRepeatable: true, call, attempt: fruitless) { reply in
      guard case .success(let json) = reply, let items = json["Responses"]?[table]?.array else { return failure(reply) }
      var records = found
      for item in items {
        guard let record = Record(item: item), batch.contains(where: { $0 == record.key }) else {
          return failure(reply)
        }
        records.append(record)
      }
      var left: [RecordKey] = []
      for item in json["UnprocessedKeys"]?[table]?["Keys"]?.array ?? [] {
        guard let key = RecordKey(item: item), batch.contains(where: { $0 == key }) else { return failure(reply) }
        left.append(key)
      }
      let isFruitless = left.count == batch.count
      guard !isFruitless || fruitless + 1 < Self.maximumAttempts else {
        return failure(.throttled("with unprocessed keys"))
      }
      let rest = left + keys.dropFirst(batch.count)
      return get(rest[...], found: records, fruitless: isFruitless ? fruitless + 1 : 0, call, then: then)
    }
  }

  // MARK: Pages

  func page(_ query: RecordQuery, _ call: Call) -> Exchanges<Outcome> {
    let nothing = Exchanges.done(Outcome(.page([], next: nil)))
    // What the service would complain of.
    guard !query.through.utf8.lexicographicallyPrecedes(query.from.utf8) else { return nothing }
    var after = query.after
    if let place = query.after {
      let isBefore = place.utf8.lexicographicallyPrecedes(query.from.utf8)
      let isBehind = query.through.utf8.lexicographicallyPrecedes(place.utf8)
      if query.isDescending ? isBefore : isBehind { return nothing }
      if isBefore || isBehind { after = nil }
    }
    var members = [
      tableName, JSON.Member("ConsistentRead", .bool(true)),
      JSON.Member("ScanIndexForward", .bool(!query.isDescending)),
      JSON.Member("Limit", .int(query.limit)),
      JSON.Member("KeyConditionExpression", .string("pk=:p AND sk BETWEEN :a AND :z")),
      JSON.Member(
        "ExpressionAttributeValues",
        .object([
          JSON.Member(":p", .attribute(query.partition)), JSON.Member(":a", .attribute(query.from)),
          JSON.Member(":z", .attribute(query.through)),
        ])),
    ]
    if let after { members.append(JSON.Member("ExclusiveStartKey", RecordKey(query.partition, after).item)) }
    return ask("Query", members, isRepeatable: true, call) { reply in
      guard case .success(let json) = reply, let items = json["Items"]?.array, items.count <= query.limit else {
        return failure(reply)
      }
      var records: [Record] = []
      for item in items {
        guard let record = Record(item: item), record.key.partition == query.partition else { return failure(reply) }
        records.append(record)
      }
      var next: String?
      if let last = json["LastEvaluatedKey"] {
        guard let key = RecordKey(item: last) else { return failure(reply) }
        next = key.sort
      }
      // Some that are compatible with DynamoDB look one further.
      if records.count == query.limit { next = records.last?.key.sort }
      return .done(Outcome(.page(records, next: next)))
    }
  }
}

// MARK: Items

extension DynamoDB {
  var tableName: JSON.Member { JSON.Member("TableName", .string(table)) }
}

extension JSON {
  /// The attribute value of a text.
  static func attribute(_ text: String) -> JSON { .object([Member("S", .string(text))]) }

  /// The attribute value of a number.
  static func attribute(_ value: Int64) -> JSON { .object([Member("N", .string(String(value)))]) }
}

extension RecordKey {
  var item: JSON { .object([JSON.Member("pk", .attribute(partition)), JSON.Member("sk", .attribute(sort))]) }

  init?(item: JSON) {
    guard let partition = item["pk"]?["S"]?.string, let sort = item["sk"]?["S"]?.string else { return nil }
    self.init(partition, sort)
  }
}

extension Record {
  static var counterPrefix: String { "c_" }

  /// An attribute that means nothing here is left aside; one of another type than ours makes the item none of ours.
  init?(item: JSON) {
    guard let key = RecordKey(item: item), let members = item.members else { return nil }
    self.init(key: key, body: "")
    for member in members {
      let name = member.name.bytes
      if member.name == "b" {
        guard let text = member.value["S"]?.string else { return nil }
        body = text
      } else if member.name == "r" {
        guard let value = Self.number(member.value) else { return nil }
        revision = value
      } else if member.name == "x" {
        guard let value = Self.number(member.value) else { return nil }
        expires = value
      } else if name.starts(with: Self.counterPrefix.utf8) {
        guard let value = Self.number(member.value) else { return nil }
        counters.append(Counter(String(decoding: name.dropFirst(2), as: UTF8.self), value))
      }
    }
  }

  /// The service counts to 38 digits: what is beyond 64 bits is at their bounds.
  private static func number(_ value: JSON) -> Int64? {
    guard let text = value["N"]?.string else { return nil }
    if let value = JSON.number(text).int64 { return value }
    let isNegative = text.bytes.first == UInt8(ascii: "-")
    let digits = text.bytes.dropFirst(isNegative ? 1 : 0)
    guard !digits.isEmpty, digits.allSatisfy({ ASCII.isDigit($0) }) else { return nil }
    return isNegative ? .min : .max
  }
}
