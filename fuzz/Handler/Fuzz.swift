import EdgeHandler

// Fuzzes what the handler reads: requests, the results of its effects, and configurations.
//
// An input is text. One that begins with `{` is a file of workspaces; the others are a request and what its host answers:
//
//     GET /web/a.jpg?w=9
//     Host: acme.localhost
//     Accept: image/webp
//
//     "miss"
//     {"failed": "timedOut"}
//
// Each line after the empty one is the result of the next effect, in the form that crosses to wasm; for one that does not fit the
// effect there is a result like any other.

let acme = #"""
  { "workspaces": [{ "namespace": "acme", "allowedOrigins": ["https://a.example", "*.b.example:8443"],
    "allowedExternalSources": ["*.example", "10.0.0.1", "[::1]"],
    "sources": { "web": { "kind": "http", "prefix": "http://o.example/i/" },
      "shop": { "kind": "s3", "bucket": "shop", "region": "eu-west-1", "accessKeyId": "A", "secretAccessKey": "S" } },
    "marks": { "logo": { "image": "web/logo.png", "w": "15%", "align": "bottom,right", "autoApplySources": ["shop"] } },
    "domains": ["img.acme.example"] }] }
  """#
let configuration: Configuration = {
  guard let configuration = try? Configuration(json: Array(acme.utf8)) else { fatalError("acme cannot be read") }
  return configuration
}()

/// The entry of libFuzzer (https://llvm.org/docs/LibFuzzer.html#fuzz-target).
@_cdecl("LLVMFuzzerTestOneInput")
public func check(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  check(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}

private func check(_ input: [UInt8]) {
  if input.first == UInt8(ascii: "{") {
    guard let configuration = try? Configuration(json: input) else { return }
    let namespace = configuration.workspaces.first?.namespace ?? "nobody"
    var host = FuzzedHost(configuration, results: [])
    for target in ["/", "/transform?src=http://x.example/a.jpg&w=9", "/grid?src=a/b&src=c/d&w=9&h=9"] {
      host.perform(ReceivedRequest(method: "GET", target: target, fields: [("Host", namespace)], isSecure: true))
    }
    return
  }
  var lines = input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)[...]
  let first = (lines.popFirst() ?? []).split(separator: UInt8(ascii: " "), maxSplits: 1)
  guard first.count == 2 else { return }
  var fields: [(name: String, value: String)] = []
  while let line = lines.popFirst(), !line.isEmpty {
    let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1).map { String(decoding: $0, as: UTF8.self) }
    if parts.count == 2 { fields.append((parts[0], String(parts[1].drop { $0 == " " }))) }
  }
  var host = FuzzedHost(configuration, results: lines.map(Array.init)[...])
  host.perform(
    ReceivedRequest(
      method: String(decoding: first[0], as: UTF8.self), target: String(decoding: first[1], as: UTF8.self),
      fields: fields, isSecure: false))
}
