import Testing

@testable import EdgeHandler

@Suite struct QualityTests {
  @Test("settings grow with the number, within what encoders take", arguments: OutputFormat.allCases)
  func isMonotonous(format: OutputFormat) {
    let settings = (1...100).map { Quality.setting(for: $0, in: format) }
    #expect(settings.allSatisfy { (1...100).contains($0) })
    #expect(zip(settings, settings.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(settings.first == 1)
  }

  @Test(
    "settings lie between the measured ones",
    arguments: [
      (80, OutputFormat.webp, 76), (80, .avif, 51), (81, .avif, 52), (75, .avif, 48), (85, .webp, 81),
      (100, .webp, 100),
      (80, .jpeg, 80), (33, .png, 33),
    ])
  func points(number: Int, format: OutputFormat, setting: Int) {
    #expect(Quality.setting(for: number, in: format) == setting)
  }
}
