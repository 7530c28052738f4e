import ArgumentParser

@main
struct Imgedge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imgedge", abstract: "An image service that is called with nothing but a URL.",
    subcommands: [
      Serve.self, PixelsCommand.self, Explain.self, Reference.self, SVGWorkerCommand.self, PixelWorkerCommand.self,
    ])
}
