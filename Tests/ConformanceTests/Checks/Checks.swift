import Foundation
import TestSupport

/// Compares one answer with what a case expects of it. Each function returns what is wrong, in words.
struct Checks {
  var expected: Expectation
  var answer: HTTPAnswer
  var run: Run
  var bindings: [String: String]
  /// Answers of the case's earlier steps.
  var earlier: [String: HTTPAnswer]

  func all() -> [String] {
    guard answer.status == expected.status else {
      return ["status is \(answer.status), not \(expected.status): \(answer.text.prefix(300))"]
    }
    return problem() + fields() + body() + relations() + picture()
  }

  private func problem() -> [String] {
    guard let code = expected.code else { return [] }
    guard
      let document = try? JSONDecoder().decode(JSONValue.self, from: Data(answer.body)),
      case .object(let members) = document
    else { return answer.body.isEmpty ? [] : ["the problem is no JSON object: \(answer.text)"] }
    var wrong: [String] = []
    if members["code"] != .string(code) { wrong.append("code is not \(code): \(answer.text)") }
    if let parameter = expected.parameter {
      if members["parameter"] != .string(parameter) { wrong.append("parameter is not \(parameter): \(answer.text)") }
    } else if let parameter = members["parameter"] {
      wrong.append("a parameter is named: \(parameter)")
    }
    if case .string(let detail)? = members["detail"] {
      for text in expected.detail where !detail.contains(text.filled(bindings)) {
        wrong.append("detail lacks \(text): \(detail)")
      }
    }
    return wrong
  }

  private func fields() -> [String] {
    var wrong: [String] = []
    for (name, expectation) in expected.fields {
      let value = answer[name.lowercased()]
      if let fault = expectation?.fault(value, bindings) ?? (expectation == nil ? value.map { "is \($0)" } : nil) {
        wrong.append("\(name) \(fault)")
      }
    }
    if let type = expected.contentType, answer["content-type"] != type {
      wrong.append("Content-Type is \(answer["content-type"] ?? "absent"), not \(type)")
    }
    if let vary = expected.vary {
      if vary.isEmpty, let value = answer["vary"] { wrong.append("Vary is \(value), not absent") }
      if !vary.isEmpty, let fault = FieldExpectation.list(vary).fault(answer["vary"], bindings) {
        wrong.append("Vary \(fault)")
      }
    }
    let status = answer["cache-status"]
    if let cache = expected.cache, status != cache.status {
      wrong.append("Cache-Status is \(status ?? "absent"), not \(cache.status ?? "absent")")
    }
    return wrong
  }

  private func body() -> [String] {
    var wrong: [String] = []
    if expected.isEmpty, !answer.body.isEmpty { wrong.append("there is a body: \(answer.text.prefix(100))") }
    for text in expected.holds where Data(answer.body).range(of: Data(text.utf8)) == nil {
      wrong.append("the body does not hold \(text)")
    }
    for text in expected.never where Data(answer.body).range(of: Data(text.utf8)) != nil {
      wrong.append("the body holds \(text)")
    }
    if let text = expected.text, answer.text != text { wrong.append("the body is \(answer.text)") }
    if let file = expected.file, (try? Data(contentsOf: run.pictures.appending(path: file))) != Data(answer.body) {
      wrong.append("the body has \(answer.body.count) bytes that are not those of \(file)")
    }
    if let json = expected.json {
      let value = try? JSONDecoder().decode(JSONValue.self, from: Data(answer.body))
      if value?.contains(json.replacing(bindings.mapValues { .string($0) })) != true {
        wrong.append("the body is \(answer.text)")
      }
    }
    return wrong
  }

  private func relations() -> [String] {
    func others(_ names: [String]) -> [(String, HTTPAnswer)] {
      names.compactMap { name in earlier[name].map { (name, $0) } }
    }
    var wrong: [String] = []
    for name in expected.sameBytesAs + expected.otherBytesThan + expected.sameETagAs + expected.otherETagThan
    where earlier[name] == nil { wrong.append("no step before is called \(name)") }
    for (name, other) in others(expected.sameBytesAs) where other.body != answer.body {
      wrong.append("its \(answer.body.count) bytes are not the \(other.body.count) of \(name)")
    }
    for (name, other) in others(expected.otherBytesThan) where other.body == answer.body {
      wrong.append("its bytes are those of \(name)")
    }
    if !(expected.sameETagAs + expected.otherETagThan).isEmpty, answer["etag"] == nil {
      wrong.append("there is no ETag")
    }
    for (name, other) in others(expected.sameETagAs) where other["etag"] != answer["etag"] {
      wrong.append("ETag is \(answer["etag"] ?? "absent"), not \(other["etag"] ?? "absent") of \(name)")
    }
    for (name, other) in others(expected.otherETagThan) where other["etag"] == answer["etag"] {
      wrong.append("ETag is that of \(name)")
    }
    return wrong
  }

  private func picture() -> [String] {
    guard let wanted = expected.picture else { return [] }
    let look: Look
    do {
      look = try PictureReader.shared.look(at: answer.body, for: wanted, folder: run.pictures)
    } catch {
      return ["the picture cannot be read: \(error)"]
    }
    var wrong: [String] = []
    func compare<Value: Equatable>(_ name: String, _ value: Value, _ wanted: Value?) {
      if let wanted, value != wanted { wrong.append("\(name) is \(value), not \(wanted)") }
    }
    compare("format", look.format, wanted.format)
    compare("width", look.width, wanted.width)
    compare("height", look.height, wanted.height)
    compare("count of frames", look.frames, wanted.frames)
    compare("alpha", look.hasAlphaChannel, wanted.hasAlpha)
    compare("palette", look.mode == "P", wanted.isPalette)
    compare("lossless", look.isLossless, wanted.isLossless)
    compare("list of delays", look.delays, wanted.delays)
    compare("count of showings", look.plays, wanted.plays)
    compare("metadata", look.metadata.summary.sorted(), wanted.metadata?.sorted())
    if let colors = wanted.colors { compare("list of colours", look.colors ?? [], colors.sorted()) }
    for (pixel, color) in zip(wanted.pixels, look.colors(at: wanted.pixels)) {
      let color = color ?? "no frame"
      let distance = zip(Self.channels(pixel.color), Self.channels(color)).map { abs($0 - $1) }.max() ?? 255
      if distance > pixel.tolerance {
        wrong.append("at \(pixel.x), \(pixel.y) of frame \(pixel.frame) it is \(color), not \(pixel.color)")
      }
    }
    if let resembles = wanted.resembles, (look.decibels ?? 0) < resembles.decibels {
      wrong.append("it is \(look.decibels ?? 0) dB from \(resembles.picture), less than \(resembles.decibels)")
    }
    return wrong
  }

  /// The channels of a colour written as `#rrggbb` or `#rrggbbaa`.
  private static func channels(_ color: String) -> [Int] {
    stride(from: 1, to: color.utf8.count - 1, by: 2).map { Int(color.dropFirst($0).prefix(2), radix: 16) ?? -999 }
  }
}

extension FieldExpectation {
  /// `nil` if `value` is as it must be.
  func fault(_ value: String?, _ bindings: [String: String]) -> String? {
    let found = value.map { "is \($0)" } ?? "is absent"
    switch self {
    case .exactly(let wanted):
      let wanted = wanted.filled(bindings)
      return value == wanted ? nil : "\(found), not \(wanted)"
    case .pattern(let pattern):
      let pattern = pattern.filled(bindings)
      guard let value, let expression = try? Regex(pattern) else { return "\(found), not \(pattern)" }
      return value.wholeMatch(of: expression) != nil ? nil : "\(found), not \(pattern)"
    case .list(let wanted):
      let members = (value ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
      return members.sorted() == wanted.map { $0.lowercased() }.sorted() ? nil : "\(found), not \(wanted)"
    }
  }
}

extension String {
  /// With every `${NAME}` replaced, and `${repeat:text:count}` by that text so many times.
  func filled(_ bindings: [String: String]) -> String {
    guard contains("${") else { return self }
    return replacing(/\$\{repeat:([^:}]*):([0-9]+)\}/) { String(repeating: String($0.1), count: Int($0.2) ?? 0) }
      .replacing(/\$\{([A-Za-z_:0-9.\-]+)\}/) { bindings[String($0.1)] ?? String($0.0) }
  }
}
