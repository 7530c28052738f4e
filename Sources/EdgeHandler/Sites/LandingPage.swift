import HTTPTypes

/// What a browser sees at `/`: in a few words what the service is, and a URL to try.
///
/// Only names that a reader has checked reach the text (host names, namespaces, ports), none of which can hold a character
/// that HTML gives a meaning.
struct LandingPage: Sendable {
  private var title: String
  private var body: String

  /// The page of the base domain, at which no workspace answers.
  ///
  /// - Parameter authority: the request's `Host`, whose port the example has, too.
  init(_ configuration: Configuration, authority: String) {
    title = "imgedge"
    body =
      "<p>An image service that is called with nothing but a URL. Each workspace answers at a host of its own:</p>"
      + "<p><code>https://&lt;namespace&gt;.\(configuration.baseDomain)/transform?src=&lt;source&gt;/&lt;path&gt;&amp;w=800</code></p>"
    // Sample pictures are the demo's, which is alone in its configuration.
    guard configuration.workspaces.count == 1, let demo = configuration.workspaces.first,
      let example = Self.example(demo)
    else { return }
    let port = Origin.splitPort(authority.bytes)?.port
    let host = demo.namespace + "." + configuration.baseDomain + (port.map { ":\($0)" } ?? "")
    body += "<p>To try: <a href=\"//\(host)\(example)\">\(host)\(example)</a></p>"
  }

  /// The page of a workspace.
  init(_ workspace: Workspace) {
    title = workspace.namespace
    body =
      "<p>Pictures of the workspace <b>\(workspace.namespace)</b> are served here, by imgedge:</p>"
      + "<p><code>/transform?src=&lt;source&gt;/&lt;path&gt;&amp;w=800</code></p>"
    if let example = Self.example(workspace) { body += "<p>To try: <a href=\"\(example)\">\(example)</a></p>" }
    body += "<p>All endpoints and parameters: <a href=\"/api/openapi.json\">/api/openapi.json</a></p>"
  }

  /// The path of a sample picture, where the workspace has them.
  private static func example(_ workspace: Workspace) -> String? {
    for source in workspace.sources {
      if case .bundled = source.location { return "/\(source.name)/mountains.jpg?w=400" }
    }
    return nil
  }

  func response(_ head: CommonFields) -> Response {
    let text =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>\(title)</title>"
      + "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"></head>"
      + "<body><h1>\(title)</h1>\(body)</body></html>\n"
    var response = head.response(
      status: 200, mediaType: "text/html; charset=utf-8", cacheControl: "public, max-age=300", Array(text.utf8))
    response.fields[.vary] = head.fields(variesByAccept: true)[.vary]
    return response
  }
}
