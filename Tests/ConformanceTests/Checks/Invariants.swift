import Foundation

/// What holds of every answer of the service, whatever was asked.
enum Invariants {
  static func faults(_ answer: HTTPAnswer, method: String, folder: URL) -> [String] {
    var wrong: [String] = []
    func require(_ name: String, _ value: String) {
      if answer[name] != value { wrong.append("\(name) is \(answer[name] ?? "absent"), not \(value)") }
    }

    var names: Set<String> = []
    for field in answer.fields where !names.insert(field.name).inserted { wrong.append("two fields \(field.name)") }
    if let cookie = answer["set-cookie"] { wrong.append("it sets a cookie: \(cookie)") }
    let everything = answer.fields.map(\.value).joined(separator: "\n") + answer.text
    for text in leaks(folder) where everything.contains(text) {
      wrong.append("it shows \(text), which is internal")
    }
    require("x-content-type-options", "nosniff")

    if answer.status >= 400 {
      require("cache-control", "no-store")
      require("content-type", "application/problem+json")
      if method != "HEAD" { wrong += problemFaults(answer) }
    }
    if answer.status >= 300, let status = answer["cache-status"], status.contains("stored") {
      wrong.append("it says stored of what is not an output")
    }
    if answer.status == 200, answer["content-type"]?.hasPrefix("image/") == true {
      wrong += outputFaults(answer, method)
    }
    return wrong
  }

  /// Section 8 of the contract, of an output.
  private static func outputFaults(_ answer: HTTPAnswer, _ method: String) -> [String] {
    var wrong: [String] = []
    // A grid that lacks a picture is not kept: no tag names it, and it is asked for again soon.
    let isPartial = answer["cache-control"] == "public, max-age=60"
    if isPartial, let tag = answer["etag"] { wrong.append("ETag of a partial output is \(tag)") }
    var patterns: [String: Regex<AnyRegexOutput>] = [
      "cache-control": Regex(/public, max-age=31536000, immutable/),
      "etag": Regex(/"[\x21\x23-\x7e]+"/),
      "content-length": Regex(/[1-9][0-9]*/),
      "cache-status": Regex(/imgedge; (hit|fwd=miss; stored|fwd=miss; collapsed)/),
      "content-security-policy": Regex(/default-src 'none'; sandbox/),
      "cross-origin-resource-policy": Regex(/cross-origin/),
      "strict-transport-security": Regex(/max-age=63072000(; includeSubDomains; preload)?/),
      "server-timing": Regex(/[a-z]+(;[a-z]+=[a-z0-9.]+)*(, [a-z]+(;[a-z]+=[a-z0-9.]+)*)*/),
    ]
    if isPartial {
      patterns["cache-control"] = nil
      patterns["etag"] = nil
      patterns["cache-status"] = Regex(/imgedge; fwd=miss(; collapsed)?(; detail=damaged)?/)
    }
    for (name, pattern) in patterns where answer[name]?.wholeMatch(of: pattern) == nil {
      wrong.append("\(name) is \(answer[name] ?? "absent")")
    }
    if answer["timing-allow-origin"] != answer["access-control-allow-origin"] {
      wrong.append("Timing-Allow-Origin is \(answer["timing-allow-origin"] ?? "absent")")
    }
    if method != "HEAD", let type = answer["content-type"], !isOf(type, answer.body) {
      wrong.append("the bytes are not \(type)")
    }
    return wrong
  }

  /// RFC 9457, section 3, with the members in the order that the project has chosen.
  private static func problemFaults(_ answer: HTTPAnswer) -> [String] {
    guard
      let document = try? JSONDecoder().decode(JSONValue.self, from: Data(answer.body)),
      case .object(let members) = document
    else { return ["the problem is no JSON object: \(answer.text.prefix(200))"] }
    var wrong: [String] = []
    for name in ["type", "title", "detail", "code"] {
      if case .string(let text)? = members[name], !text.isEmpty { continue }
      wrong.append("the problem has no text \(name)")
    }
    if members["status"] != .number(Double(answer.status)) { wrong.append("the problem's status is not the answer's") }
    let order = ["type", "title", "status", "detail", "code", "parameter"]
    for name in members.keys where !order.contains(name) { wrong.append("the problem has a member \(name)") }
    let places = order.compactMap { answer.text.range(of: "\"\($0)\":")?.lowerBound }
    if places != places.sorted() { wrong.append("the problem's members are in another order: \(answer.text)") }
    if case .string(let type)? = members["type"], case .string(let code)? = members["code"],
      !type.hasPrefix("https://") || !type.hasSuffix(code)
    {
      wrong.append("the problem's type is \(type)")
    }
    return wrong
  }

  /// Texts that only the inside knows.
  private static func leaks(_ folder: URL) -> [String] {
    [folder.path, "/usr/", "/home/", "/proc/", ".swift", "libvips", "VipsForeign", "libcurl", "errno", "deno:", ".mjs"]
  }

  private static func isOf(_ type: String, _ body: [UInt8]) -> Bool {
    func has(_ text: String, at place: Int) -> Bool { body.dropFirst(place).starts(with: text.utf8) }
    switch type {
    case "image/jpeg": return body.starts(with: [0xff, 0xd8, 0xff])
    case "image/png": return body.starts(with: [0x89, 0x50, 0x4e, 0x47])
    case "image/gif": return has("GIF8", at: 0)
    case "image/webp": return has("RIFF", at: 0) && has("WEBP", at: 8)
    case "image/avif": return has("ftypavi", at: 4)
    case "image/svg+xml": return has("<svg", at: 0)
    default: return false
    }
  }
}
