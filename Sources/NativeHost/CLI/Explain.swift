import ArgumentParser
import EdgeHandler
import Glibc
import HTTPTypes

struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print why a URL is answered as it is. Nothing is looked up or fetched.")

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @Option(help: ArgumentHelp("A field of the request, as in 'Accept: image/webp'.", valueName: "name: value"))
  var header: [String] = []
  @Option(help: ArgumentHelp("The request's method.", valueName: "method"))
  var method = "GET"
  @Argument(help: "An absolute URL, as in http://demo.localhost:8080/samples/picture.jpg?w=400.")
  var url: String

  func run() throws {
    let configuration: Configuration
    do {
      configuration = try workspaceOptions.configuration()
    } catch let failure as Failure {
      throw failure.report()
    }
    let context = Context(now: Int64(time(nil)), isReady: true)
    let handler = EdgeHandler(configuration: configuration)
    var sites = SiteCache(configuration, records: nil)
    let request = try request()
    let site = sites.find(request, now: context.now).site ?? .nowhere
    for line in handler.explain(request, at: site, context: context) { print(line) }
  }

  /// As a browser would send it: what is before the path goes into `Host`, and the fragment nowhere.
  private func request() throws -> Request {
    let bytes = url.utf8.prefix { $0 != 0x23 }
    guard let colon = bytes.firstIndex(of: 0x3A), bytes[colon...].starts(with: "://".utf8) else {
      throw ValidationError("\"\(url)\" is not an absolute URL")
    }
    let scheme = url[..<colon].lowercased()
    guard scheme == "http" || scheme == "https" else { throw ValidationError("\"\(url)\" is not an http or https URL") }
    let rest = bytes[bytes.index(colon, offsetBy: 3)...]
    let end = rest.firstIndex { $0 == 0x2F || $0 == 0x3F } ?? rest.endIndex
    let path = String(decoding: rest[end...], as: UTF8.self)
    return Request(
      method: method, authority: String(decoding: rest[..<end], as: UTF8.self),
      target: path.utf8.first == 0x2F ? path : "/" + path, isSecure: scheme == "https", fields: try fields())
  }

  private func fields() throws -> HTTPFields {
    var fields = HTTPFields()
    for text in header {
      guard let colon = text.firstIndex(of: ":"), let name = HTTPField.Name(String(text[..<colon])) else {
        throw ValidationError("--header: \"\(text)\" is not of the form 'Name: value'")
      }
      let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      fields.append(HTTPField(name: name, value: String(value)))
    }
    return fields
  }
}
