import EdgeHandler

@main
struct Main {
  static func main() {}
}
