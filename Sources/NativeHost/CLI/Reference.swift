import ArgumentParser
import EdgeHandler

struct Reference: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the parameters of every endpoint as Markdown, from the tables that parse them.")

  func run() {
    print(EdgeHandler.reference, terminator: "")
  }
}
