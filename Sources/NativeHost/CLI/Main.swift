import ArgumentParser

@main
struct Imgedge: ParsableCommand {
  /// The version of the program, as the changelog names it.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "imgedge", abstract: "An image service that is called with nothing but a URL.",
    version: version,
    subcommands: [
      Serve.self, PixelsCommand.self, WorkspaceCommand.self, RecordsCommand.self, SecretsCommand.self, Explain.self,
      Reference.self, SVGWorkerCommand.self, PixelWorkerCommand.self,
    ])
}
