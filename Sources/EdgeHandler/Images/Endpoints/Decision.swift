import HTTPTypes

/// What a request comes to before anything has been looked up or fetched.
indirect enum Decision: Sendable {
  case answer(Response)
  case transform(ResolvedTransform)
  case info(ResolvedInfo)
  case placeholder(ResolvedPlaceholder)
  case grid(ResolvedGrid)
}

/// From the request to a decision, in the order in which a stranger may learn things: is there a workspace, may this page
/// use it, is the request well formed, may the workspace use this source.
struct Decider {
  let configuration: Configuration
  let site: Site
  let request: Request
  let context: Context
  var trace: Trace

  mutating func decide() -> Decision {
    var head = CommonFields(
      sharing: .undecided, isCustomDomain: !site.isOurs, omitsBody: request.method == "HEAD")
    do throws(Problem) {
      return try decide(&head)
    } catch {
      trace.note("answer", "\(error.code.status) \(error.code.name): \(error.detail)")
      return .answer(error.response(head))
    }
  }

  private mutating func decide(_ head: inout CommonFields) throws(Problem) -> Decision {
    guard !request.isMisdirected else {
      throw Problem(.misdirectedRequest, "The URL of the request says https, and the connection is not encrypted.")
    }
    if request.target == "*" && request.method == "OPTIONS" { return .answer(capabilities(head)) }
    // What is wrong with the target is told after the access checks: to no page that may not use the workspace.
    let parsed = Result { () throws(Problem) in
      try Target(request.target, maximumBytes: configuration.limits.maximumURLBytes)
    }
    if let health = Health(target: request.target) {
      let response = answer(health, head)
      trace.note("answer", "\(response.status): the service's own health, which is told on every host")
      return .answer(response)
    }

    let wantsPage = isPageWanted(parsed)
    let workspace: Workspace
    switch site.occupant {
    case .workspace(let occupant): workspace = occupant
    case .landing where wantsPage:
      trace.note("answer", "200: the page that says what this is")
      return .answer(LandingPage(configuration, authority: request.authority).response(head))
    case .landing, .nobody:
      throw Problem(
        .unknownWorkspace, "No workspace answers at this host; they are at <namespace>.\(configuration.baseDomain).")
    case .unavailable:
      throw Problem(
        .workspaceUnavailable, "Who answers at this host cannot be found out at the moment; it is asked again soon.")
    }
    trace.note(
      "workspace",
      workspace.namespace + (site.isOurs ? ", by the host's first label" : ", by its custom domain"))
    head.sharing = .nobody
    let origin = request.fields[.origin]
    guard let sharing = workspace.allowedOrigins.sharing(with: origin) else {
      throw Problem(.originNotAllowed, "The workspace's allowed origins do not include the origin of this request.")
    }
    head.sharing = sharing
    trace.note("access", origin.map { "the origin \($0) is allowed" } ?? "no Origin: passes")

    guard let method = Method(request.method) else {
      throw Problem(.methodNotAllowed, "The method is not allowed; \(Method.allow) are.")
    }
    guard !CDNLoop.names(configuration.baseDomain, in: request.fields) else {
      throw Problem(
        .sourceNotAllowed, "The service does not take its own answers as originals; name the original of this one.")
    }
    let target = try parsed.get()
    if wantsPage {
      trace.note("answer", "200: the page that says what this is")
      return .answer(LandingPage(workspace).response(head))
    }
    guard let route = Route(path: target.path) else {
      let hint =
        target.path.utf8.starts(with: "//".utf8)
        ? " The path begins with two slashes, as it does behind a base URL that ends with one." : ""
      throw Problem(
        .notFound, "Nothing is served at this path; an image is at /transform, or at /<source>/<path>." + hint)
    }
    if method == .options { return .answer(preflight(head)) }
    trace.note("route", String(decoding: route.endpoint.path.bytes.dropFirst(), as: UTF8.self))
    var decider = EndpointDecider(
      configuration: configuration, workspace: workspace, head: head, request: request, trace: trace)
    defer { trace = decider.trace }
    return try decider.decide(route, queryText: target.query)
  }

  // MARK: Answers without an image

  /// Whether the request asks for `/` with a browser's `Accept`, which names HTML. Anybody else is told by a problem.
  private func isPageWanted(_ target: Result<Target, Problem>) -> Bool {
    guard case .success(let target) = target, target.path == "/", request.method == "GET" || request.method == "HEAD"
    else { return false }
    return AcceptedFormats.names("text/html", in: request.fields[.accept])
  }

  private func answer(_ health: Health, _ head: CommonFields) -> Response {
    switch health {
    case .alive: text("ok", head)
    case .ready: context.isReady ? text(readiness, head) : Problem.overloaded.response(head)
    }
  }

  private var readiness: String {
    let words = configuration.capabilities.words
    return words.utf8.isEmpty ? "ready" : "ready; " + words
  }

  private func text(_ text: String, _ head: CommonFields) -> Response {
    guard Method(request.method) != nil else {
      return Problem(.methodNotAllowed, "The method is not allowed; \(Method.allow) are.").response(head)
    }
    if request.method == "OPTIONS" { return capabilities(head) }
    return head.response(
      status: 200, mediaType: "text/plain; charset=utf-8", cacheControl: "no-store", Array((text + "\n").utf8))
  }

  private func capabilities(_ head: CommonFields) -> Response {
    var fields = head.fields()
    fields[.allow] = Method.allow
    return Response(status: 204, fields: fields)
  }

  /// A CORS preflight (Fetch standard, section 3.2.2), or `OPTIONS` for its own sake.
  private func preflight(_ head: CommonFields) -> Response {
    var response = capabilities(head)
    switch head.sharing {
    case .everyone, .origin:
      response.fields[.accessControlAllowMethods] = Method.allow
      response.fields[.accessControlAllowHeaders] = "*"
      response.fields[.accessControlMaxAge] = "86400"
    case .nobody, .undecided: break
    }
    return response
  }
}

/// The paths that are answered alike on every host, before there is a workspace.
enum Health {
  case alive, ready

  init?(target: String) {
    switch String(decoding: target.bytes.prefix { $0 != 0x3F }, as: UTF8.self) {
    case "/healthz": self = .alive
    case "/readyz": self = .ready
    default: return nil
    }
  }
}
