import Foundation
import TestSupport

extension PictureReader {
  /// What is in a body, as far as an expectation asks.
  ///
  /// - Parameter folder: holds the pictures that expectations refer to.
  func look(at body: [UInt8], for expected: PictureExpectation, folder: URL) throws -> Look {
    let file = FileManager.default.temporaryDirectory.appending(path: "imgedge-answer-\(UUID().uuidString)")
    try Data(body).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try look(
      LookRequest(
        path: file.path, pixels: expected.pixels.map { [$0.x, $0.y] }, fractions: true,
        colors: expected.colors != nil,
        reference: expected.resembles.map { folder.appending(path: $0.picture).path }, box: expected.resembles?.box))
  }
}

extension Look {
  /// The colour at each place that an expectation names, in the frame that it names; `nil` where there is no such frame.
  func colors(at places: [PictureExpectation.Pixel]) -> [String?] {
    places.enumerated().map { index, place in
      guard pixels.indices.contains(place.frame) else { return nil }
      return "#" + pixels[place.frame][index].map { String(format: "%02x", $0) }.joined()
    }
  }

  /// The duration of each frame of an animation, in ms; none of a still.
  var delays: [Int] { frames > 1 ? durations : [] }
}
