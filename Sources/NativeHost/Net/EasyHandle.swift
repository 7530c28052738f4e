import CCurl
import EdgeHandler

/// A libcurl easy handle, on which one transfer after another runs. What does not change between them is set once.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  /// On which the handle is at work.
  private(set) var transfer: Transfer?
  private let policy: AddressPolicy
  private var fields: UnsafeMutablePointer<curl_slist>?

  /// Socket reads of the size of a usual original.
  private static let bufferBytes = 128 << 10

  /// `nil` where libcurl cannot do all that is asked, as when it was built without TLS: nothing is fetched with less.
  init?(configuration: OriginClient.Configuration, policy: AddressPolicy) {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
    self.policy = policy
    guard configure(configuration) else { return nil }
  }

  deinit {
    curl_easy_cleanup(pointer)
    curl_slist_free_all(fields)
  }

  /// Sets up `transfer`; `remaining` is what is left of its time. Returns whether it can be started.
  func load(_ transfer: Transfer, remaining: Duration) -> Bool {
    let outbound = transfer.outbound
    var fields: UnsafeMutablePointer<curl_slist>?
    defer {
      ccurl_set_fields(pointer, fields)
      curl_slist_free_all(self.fields)
      self.fields = fields
    }
    guard outbound.fields.allSatisfy(\.isValid) else { return false }
    // A semicolon is libcurl's way to write a field without a value.
    // A name without anything is libcurl's way to leave out a field of its own.
    var lines: [String] = []
    for name in ["accept", "content-type", "expect"] where !outbound.fields.contains(where: { $0.name == name }) {
      lines.append(name + ":")
    }
    lines += outbound.fields.map { $0.value.isEmpty ? $0.name + ";" : $0.name + ": " + $0.value }
    for line in lines {
      guard let extended = curl_slist_append(fields, line) else { return false }
      fields = extended
    }
    guard set(outbound), ccurl_set_string(pointer, CURLOPT_URL, outbound.url) == CURLE_OK,
      // 0 would mean none.
      ccurl_set_long(pointer, CURLOPT_TIMEOUT_MS, max(Int(remaining / .milliseconds(1)), 1)) == CURLE_OK
    else { return false }
    self.transfer = transfer
    return true
  }

  private func set(_ outbound: Transfer.Outbound) -> Bool {
    // RFC 9110, section 8.6: a method that has a meaning for content says that there is none.
    let hasContent = !outbound.body.isEmpty || !["GET", "HEAD", "DELETE"].contains(outbound.method)
    // libcurl sends again what it has sent on a connection that turns out to be closed: nobody could tell whether it had arrived. HTTP/1.1,
    // because that is where it counts what it has sent.
    let isAlone = outbound.isAlone
    let numbers: [(CURLoption, Int)] = [
      (CURLOPT_HTTPGET, 1), (CURLOPT_FRESH_CONNECT, isAlone ? 1 : 0), (CURLOPT_FORBID_REUSE, isAlone ? 1 : 0),
      (CURLOPT_HTTP_VERSION, Int(isAlone ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS)),
    ]
    guard numbers.allSatisfy({ ccurl_set_long(pointer, $0, $1) == CURLE_OK }) else { return false }
    if hasContent {
      guard ccurl_set_body(pointer, outbound.body, outbound.body.count) == CURLE_OK else { return false }
    }
    return ccurl_set_string(pointer, CURLOPT_CUSTOMREQUEST, outbound.method == "GET" ? nil : outbound.method)
      == CURLE_OK
  }

  func unload() {
    transfer = nil
  }

  static func from(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
    context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  // MARK: Options

  private func configure(_ configuration: OriginClient.Configuration) -> Bool {
    let numbers: [(CURLoption, Int)] = [
      // The whole limit holds for the look-up of the name too, which runs on a thread of libcurl's. Without QUICK_EXIT libcurl
      // would wait for that thread when the time is over, and with it all other transfers.
      (CURLOPT_NOSIGNAL, 1), (CURLOPT_QUICK_EXIT, 1),
      (CURLOPT_CONNECTTIMEOUT_MS, max(configuration.connectTimeoutMilliseconds, 1)),
      // What is compressed all the same is inflated elsewhere (``Inflation``): here it would hold up all other transfers.
      (CURLOPT_HTTP_CONTENT_DECODING, 0),
      (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_HTTP09_ALLOWED, 0),
      (CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue)), (CURLOPT_DISALLOW_USERNAME_IN_URL, 1),
      // The URL is in its final form: a signature may hang on each byte of it.
      (CURLOPT_PATH_AS_IS, 1),
      (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2), (CURLOPT_BUFFERSIZE, Self.bufferBytes),
    ]
    var strings: [(CURLoption, String)] = [
      (CURLOPT_PROTOCOLS_STR, "http,https"),
      // Empty: none, and none from the environment either.
      (CURLOPT_PROXY, ""),
    ]
    if let file = configuration.certificateAuthorities { strings.append((CURLOPT_CAINFO, file)) }
    let this = Unmanaged.passUnretained(self).toOpaque()
    let contexts = [CURLOPT_PRIVATE, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_OPENSOCKETDATA]
    return numbers.allSatisfy { ccurl_set_long(pointer, $0, $1) == CURLE_OK }
      && strings.allSatisfy { ccurl_set_string(pointer, $0, $1) == CURLE_OK }
      && contexts.allSatisfy { ccurl_set_pointer(pointer, $0, this) == CURLE_OK }
      && setCallbacks()
  }

  private func setCallbacks() -> Bool {
    let head: curl_write_callback = { bytes, size, count, context in
      guard let handle = EasyHandle.from(context), let transfer = handle.transfer else { return 0 }
      let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return transfer.readHead(line, easy: handle.pointer) ? line.count : 0
    }
    let body: curl_write_callback = { bytes, size, count, context in
      guard let handle = EasyHandle.from(context), let transfer = handle.transfer else { return 0 }
      let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
      return transfer.readBody(chunk) ? chunk.count : 0
    }
    let socket: curl_opensocket_callback = { context, purpose, address in
      guard purpose == CURLSOCKTYPE_IPCXN, let address, let handle = EasyHandle.from(context),
        let transfer = handle.transfer
      else { return CURL_SOCKET_BAD }
      let ip = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
        bytes.baseAddress.flatMap { IPAddress(bytes: bytes.prefix(Int(ccurl_address(address, $0)))) }
      }
      return transfer.openSocket(
        ip, family: address.pointee.family, type: address.pointee.socktype, transport: address.pointee.protocol,
        policy: handle.policy)
    }
    return ccurl_set_head_callback(pointer, head) == CURLE_OK && ccurl_set_body_callback(pointer, body) == CURLE_OK
      && ccurl_set_socket_callback(pointer, socket) == CURLE_OK
  }
}

extension OutboundRequest.Field {
  /// A token for a name (RFC 9110, section 5.6.2); a value without control characters but tab: neither can begin another line.
  fileprivate var isValid: Bool {
    let symbols = "!#$%&'*+-.^_`|~".utf8
    return !name.isEmpty
      && name.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF) && $0 < 0x80 || symbols.contains($0)
      } && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
  }
}
