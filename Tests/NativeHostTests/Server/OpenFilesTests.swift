import Testing

@testable import Server

@Suite struct OpenFilesTests {
  @Test(
    "connections leave files for the work, and have at least half of them",
    arguments: [
      (20_000, 128, 8192), (1024, 128, 512), (2048, 128, 1536), (64, 128, 32), (1, 128, 1), (Int.max, 128, 8192),
    ])
  func connections(limit: Int, work: Int, expected: Int) {
    #expect(OpenFiles.connections(asked: 8192, limit: limit, maximumWork: work) == expected)
  }
}
