import EdgeHandler
import Foundation
import NIOCore
import Outputs
import Synchronization
import Testing

func key(_ number: Int) -> CacheKey {
  let digest = (0..<32).map { UInt8(truncatingIfNeeded: $0 < 8 ? (number &* 0x9E37_79B9) >> ($0 * 8) : $0) }
  return CacheKey(digest: digest)
}

func output(_ number: Int, byteCount: Int = 1000, expires: Int64 = 2_000_000_000) -> Output {
  let body = ByteBuffer(bytes: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) })
  return Output(body: body, mediaType: "image/png", expires: expires)
}

extension OutputStore {
  func lookUp(_ key: CacheKey, now: Int64 = 1_000_000_000) async -> Output? {
    await withCheckedContinuation { continuation in lookUp(key, now: now) { continuation.resume(returning: $0) } }
  }
}

/// A directory that is removed with it.
final class ScratchDirectory: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "imgedge-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Paths of all files below it.
  var files: [String] {
    (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).map { path + "/" + $0 }.filter {
      file in
      var isDirectory: ObjCBool = false
      return FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory) && !isDirectory.boolValue
    }
  }

  var byteCount: Int {
    files.reduce(0) { total, file in
      total + ((try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int) ?? 0)
    }
  }
}

private let now: Int64 = 1_000_000_000

@Suite struct OutputStoreMemoryTests {
  private func memoryStore(_ bytes: Int) throws -> OutputStore {
    try OutputStore(directory: nil, maximumMemoryBytes: bytes, maximumDiskBytes: 0)
  }

  @Test func givesBackWhatWasStored() async throws {
    let store = try memoryStore(1 << 20)
    store.store(output(1), under: key(1))
    #expect(store.lookUpInMemory(key(1), now: now) == output(1))
    #expect(await store.lookUp(key(1)) == output(1))
    #expect(store.lookUpInMemory(key(2), now: now) == nil)
    #expect(await store.lookUp(key(2)) == nil)
    store.store(output(3), under: key(1))
    #expect(store.lookUpInMemory(key(1), now: now) == output(3))
    #expect(store.usage.memoryCount == 1)
  }

  @Test func keepsWithinItsBoundAndForgetsTheLeastRecentlyUsed() throws {
    // An output of 1000 bytes takes 1024 and the overhead of 256.
    let store = try memoryStore(16 * 1280)
    for number in 0..<16 { store.store(output(number), under: key(number)) }
    #expect(store.usage.memoryBytes == 16 * 1280)
    _ = store.lookUpInMemory(key(0), now: now)
    store.store(output(16), under: key(16))
    #expect(store.lookUpInMemory(key(0), now: now) != nil)
    #expect(store.lookUpInMemory(key(1), now: now) == nil)
    for number in 0..<1000 {
      store.store(output(number, byteCount: number % 2000), under: key(number))
      #expect(store.usage.memoryBytes <= 16 * 1280)
    }
    #expect(store.usage.memoryCount > 5)
  }

  @Test func doesNotKeepAnOutputLargerThanAnEighth() throws {
    let store = try memoryStore(8 * 1280)
    store.store(output(1, byteCount: 1024), under: key(1))
    #expect(store.lookUpInMemory(key(1), now: now) != nil)
    store.store(output(2, byteCount: 1025), under: key(1))
    #expect(store.lookUpInMemory(key(1), now: now) == nil, "the former output under the key is gone too")
    #expect(store.usage.memoryBytes == 0)
  }

  @Test func keepsNoMoreStorageThanTheBodyNeeds() throws {
    let store = try memoryStore(1 << 20)
    var large = ByteBuffer(repeating: 7, count: 100_000)
    let slice = large.readSlice(length: 100) ?? ByteBuffer()
    store.store(Output(body: slice, mediaType: "image/png", expires: now + 1), under: key(1))
    #expect(store.usage.memoryBytes < 1000)
    #expect(store.lookUpInMemory(key(1), now: now)?.body == ByteBuffer(repeating: 7, count: 100))
  }

  @Test func servesNothingFromItsExpiryOn() async throws {
    let store = try memoryStore(1 << 20)
    store.store(output(1, expires: now), under: key(1))
    #expect(store.lookUpInMemory(key(1), now: now - 1) != nil)
    #expect(store.lookUpInMemory(key(1), now: now) == nil)
    #expect(store.usage.memoryBytes == 0)
    #expect(await store.lookUp(key(1), now: now - 1) == nil)
  }
}

@Suite struct OutputStoreDiskTests {
  let scratch: ScratchDirectory

  init() throws {
    scratch = try ScratchDirectory()
  }

  private func store(memory: Int = 1 << 20, disk: Int = 1 << 30, now: Int64 = now) throws -> OutputStore {
    try OutputStore(
      directory: scratch.path + "/made/outputs", maximumMemoryBytes: memory, maximumDiskBytes: disk, clock: { now })
  }

  @Test func outlivesTheProcess() async throws {
    let first = try store()
    for number in 0..<50 { first.store(output(number, byteCount: number * 997), under: key(number)) }
    first.flush()
    let second = try store()
    for number in 0..<50 {
      #expect(second.lookUpInMemory(key(number), now: now) == nil)
      #expect(await second.lookUp(key(number)) == output(number, byteCount: number * 997))
      #expect(second.lookUpInMemory(key(number), now: now) != nil, "what was read is in memory")
    }
    #expect(await second.lookUp(key(50)) == nil)
    second.flush()
    #expect(second.usage.diskCount == 50)
    #expect(second.usage.diskBytes == first.usage.diskBytes)
  }

  @Test func keepsWhatIsTooLargeForMemory() async throws {
    let store = try store(memory: 8000)
    let large = output(1, byteCount: 500_000)
    store.store(large, under: key(1))
    #expect(await store.lookUp(key(1)) == large, "also while it is being written")
    store.flush()
    #expect(store.lookUpInMemory(key(1), now: now) == nil)
    #expect(await store.lookUp(key(1)) == large)
    #expect(store.lookUpInMemory(key(1), now: now) == nil)
  }

  @Test func readsAgainWhatMemoryHasForgotten() async throws {
    let store = try store(memory: 8 * 1280)
    for number in 0..<100 { store.store(output(number), under: key(number)) }
    for number in 0..<100 { #expect(await store.lookUp(key(number)) == output(number)) }
    #expect(store.usage.memoryCount == 8)
  }

  @Test func namesFilesByKeyInFolders() throws {
    let store = try store()
    store.store(output(1), under: key(1))
    store.flush()
    let hex = key(1).hex
    #expect(scratch.files == [scratch.path + "/made/outputs/\(hex.prefix(2))/\(hex)"])
  }

  @Test func servesNothingFromItsExpiryOnAndRemovesIt() async throws {
    let store = try store(memory: 0, now: now - 10)
    store.store(output(1, expires: now), under: key(1))
    store.flush()
    #expect(await store.lookUp(key(1), now: now - 1) != nil)
    #expect(await store.lookUp(key(1), now: now) == nil)
    #expect(scratch.files.isEmpty)
    #expect(store.usage.diskCount == 0)
  }

  @Test func sweepsWhatHasExpired() throws {
    let first = try store()
    first.store(output(1, expires: now + 10), under: key(1))
    first.store(output(2, expires: now + 11), under: key(2))
    first.flush()
    let second = try store(now: now + 10)
    second.flush()
    #expect(scratch.files.map { $0.suffix(64) } == [key(2).hex[...]])
    #expect(second.usage.diskCount == 1)
  }

  @Test func sweepsAgainWhileItRuns() throws {
    let clock = Mutex(now)
    let store = try OutputStore(
      directory: scratch.path, maximumMemoryBytes: 0, maximumDiskBytes: 1 << 20, clock: { clock.withLock { $0 } })
    store.store(output(1, expires: now + 10), under: key(1))
    store.flush()
    clock.withLock { $0 += 3600 }
    store.store(output(2), under: key(2))
    store.flush()
    #expect(scratch.files.map { $0.suffix(64) } == [key(2).hex[...]])
    #expect(store.usage.diskCount == 1)
  }

  @Test func keepsWithinItsBoundAndForgetsTheLeastRecentlyUsed() async throws {
    // Each file takes two blocks of 4096 bytes, and room is made for one more before a write.
    let store = try store(memory: 0, disk: 100_000)
    for number in 0..<8 { store.store(output(number, byteCount: 5000), under: key(number)) }
    store.flush()
    #expect(await store.lookUp(key(0)) != nil)
    for number in 8..<14 { store.store(output(number, byteCount: 5000), under: key(number)) }
    store.flush()
    #expect(store.usage.diskBytes <= 100_000)
    #expect(store.usage.diskBytes >= 80_000)
    #expect(scratch.files.count == store.usage.diskCount)
    #expect(await store.lookUp(key(0)) != nil, "used after the others")
    #expect(await store.lookUp(key(1)) == nil)
    #expect(await store.lookUp(key(13)) != nil)
  }

  @Test func remembersTheOrderOfUseAcrossProcesses() async throws {
    let hour: Int64 = 3600
    let first = try store(memory: 0, now: now)
    first.store(output(1), under: key(1))
    first.flush()
    let second = try store(memory: 0, now: now + hour)
    second.store(output(2), under: key(2))
    second.flush()
    let third = try store(memory: 0, now: now + 2 * hour)
    #expect(await third.lookUp(key(1)) != nil)
    third.flush()
    let fourth = try store(memory: 0, disk: 4096, now: now + 3 * hour)
    fourth.flush()
    #expect(await fourth.lookUp(key(1)) != nil)
    #expect(await fourth.lookUp(key(2)) == nil)
  }

  @Test func sparesOnDiskWhatMemoryStillAnswers() throws {
    let store = try store(memory: 8 * 1280, disk: 10 * 4096)
    store.store(output(0), under: key(0))
    for number in 1..<100 {
      store.store(output(number), under: key(number))
      #expect(store.lookUpInMemory(key(0), now: now) != nil)
      store.flush()
    }
    #expect(scratch.files.contains { $0.hasSuffix(key(0).hex) })
    #expect(store.usage.diskBytes <= 10 * 4096)
  }

  @Test func leavesOutWhatIsLargerThanTheDiskBound() throws {
    let store = try store(disk: 100_000)
    store.store(output(1, byteCount: 1000), under: key(1))
    store.store(output(2, byteCount: 200_000), under: key(2))
    store.flush()
    #expect(store.usage.diskCount == 1)
    #expect(scratch.files.count == 1)
  }

  @Test(arguments: ["truncated", "longer", "altered", "altered head", "empty", "garbage", "other key", "zeros"])
  func treatsADamagedFileAsAbsent(damage: String) async throws {
    let first = try store()
    first.store(output(1), under: key(1))
    first.store(output(2), under: key(2))
    first.flush()
    let path = try #require(scratch.files.first { $0.hasSuffix(key(1).hex) })
    let other = try #require(scratch.files.first { $0.hasSuffix(key(2).hex) })
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    switch damage {
    case "truncated": data.removeLast()
    case "longer": data.append(0)
    case "altered": data[data.count - 500] ^= 1
    case "altered head":
      let place = try #require(data.range(of: Data("image/png".utf8)))
      data.replaceSubrange(place, with: Data("image/gif".utf8))
    case "empty": data = Data()
    case "garbage": data = Data((0..<3000).map { UInt8(truncatingIfNeeded: $0 &* $0) })
    case "zeros": data = Data(repeating: 0, count: data.count)
    default: data = try Data(contentsOf: URL(fileURLWithPath: other))
    }
    try data.write(to: URL(fileURLWithPath: path))
    let future = Date(timeIntervalSince1970: 2_000_000_000)
    try FileManager.default.setAttributes([.modificationDate: future], ofItemAtPath: path)
    let second = try store()
    #expect(await second.lookUp(key(1)) == nil)
    #expect(!scratch.files.contains(path))
    #expect(await second.lookUp(key(2)) == output(2))
    second.store(output(1), under: key(1))
    second.flush()
    #expect(await first.lookUp(key(1)) == output(1))
    #expect(try await store().lookUp(key(1)) == output(1))
  }

  @Test func isNotDisturbedByForeignFiles() async throws {
    let first = try store()
    first.store(output(1), under: key(1))
    first.flush()
    let root = scratch.path + "/made/outputs"
    let folder = root + "/" + key(1).hex.prefix(2)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: root + "/README"))
    try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/notes"))
    // A folder where a file should be, a link out, and a file where a folder should be.
    try FileManager.default.createDirectory(
      atPath: folder + "/" + key(1).hex.prefix(2) + String(repeating: "a", count: 62), withIntermediateDirectories: true
    )
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/" + key(1).hex.prefix(2) + String(repeating: "b", count: 62),
      withDestinationPath: root + "/README")
    let blocked = try #require(CacheKey(hex: "ee" + String(repeating: "1", count: 62)))
    try Data("mine".utf8).write(to: URL(fileURLWithPath: root + "/ee"))
    let second = try store()
    second.flush()
    #expect(second.usage.diskCount == 1)
    #expect(await second.lookUp(key(1)) == output(1))
    second.store(output(2), under: blocked)
    second.flush()
    #expect(second.lookUpInMemory(blocked, now: now) == output(2), "what cannot be written is in memory all the same")
    #expect(try await store().lookUp(blocked) == nil)
    for letter in ["a", "b"] {
      let odd = try #require(CacheKey(hex: key(1).hex.prefix(2) + String(repeating: letter, count: 62)))
      #expect(await second.lookUp(odd) == nil)
    }
    #expect(try String(contentsOfFile: root + "/README", encoding: .utf8) == "mine")
    #expect(try String(contentsOfFile: folder + "/notes", encoding: .utf8) == "mine")
    #expect(try String(contentsOfFile: root + "/ee", encoding: .utf8) == "mine")
  }

  @Test func writesNoMediaTypeThatWouldBreakTheHead() async throws {
    let store = try store(memory: 0)
    var odd = output(1)
    odd.mediaType = "image/png\nimgedge"
    store.store(odd, under: key(1))
    odd.mediaType = String(repeating: "x", count: 600)
    store.store(odd, under: key(2))
    odd.mediaType = "text/plain; charset=utf-8"
    store.store(odd, under: key(3))
    store.flush()
    #expect(scratch.files.count == 1)
    #expect(await store.lookUp(key(3)) == odd)
  }

  @Test func saysWhichDirectoryCannotBeUsed() throws {
    let file = scratch.path + "/file"
    try Data().write(to: URL(fileURLWithPath: file))
    let error = #expect(throws: OutputStoreError.self) {
      try OutputStore(directory: file + "/below", maximumMemoryBytes: 1000, maximumDiskBytes: 1000)
    }
    #expect(error?.description == "cannot keep outputs in \(file)/below: Not a directory")
  }

  @Test func survivesTheRemovalOfItsFiles() async throws {
    let store = try store(memory: 0)
    store.store(output(1), under: key(1))
    store.flush()
    try FileManager.default.removeItem(atPath: scratch.path + "/made/outputs/" + key(1).hex.prefix(2))
    #expect(await store.lookUp(key(1)) == nil)
    #expect(store.usage.diskCount == 0)
    store.store(output(1), under: key(1))
    store.flush()
    #expect(await store.lookUp(key(1)) == output(1))
  }

  @Test func sharesADirectory() async throws {
    let first = try store(memory: 0)
    let second = try store(memory: 0)
    first.flush()
    second.flush()
    first.store(output(1), under: key(1))
    first.flush()
    #expect(await second.lookUp(key(1)) == output(1), "found although its scan is over")
  }

  @Test func neverGivesBackAMixture() async throws {
    // Two stores on one directory, so small that all are evicted all the time, written and read by many threads.
    let stores = [try store(memory: 4000, disk: 60_000), try store(memory: 0, disk: 60_000)]
    let found = await withTaskGroup(of: Int.self) { group in
      for worker in 0..<16 {
        group.addTask {
          var found = 0
          for step in 0..<150 {
            let number = (step &* 7 &+ worker &* 3) % 20
            let store = stores[(worker + step) % 2]
            if step % 3 == 0 { store.store(output(number, byteCount: 3000 + number), under: key(number)) }
            if let read = await store.lookUp(key(number)) {
              found += 1
              #expect(read == output(number, byteCount: 3000 + number))
            }
          }
          return found
        }
      }
      return await group.reduce(0, +)
    }
    #expect(found > 100)
    for store in stores {
      store.flush()
      #expect(store.usage.diskBytes <= 60_000)
    }
    #expect(!scratch.files.contains { $0.hasSuffix(".tmp") })
  }
}

@Suite struct OriginalOutputTests {
  @Test("of an original the disk keeps that it serves, and nothing of its bytes")
  func atRest() async throws {
    let directory = try ScratchDirectory()
    func store() throws -> OutputStore {
      try OutputStore(directory: directory.path, maximumMemoryBytes: 1 << 20, maximumDiskBytes: 1 << 20)
    }
    var original = output(1)
    original.isOriginal = true
    let before = try store()
    before.store(original, under: key(1))
    before.flush()
    #expect(await before.lookUp(key(1)) == original)
    #expect(directory.files.count == 1 && directory.byteCount < 300)

    let after = try store()
    let found = try #require(await after.lookUp(key(1)))
    #expect(found.isMarker && found.mediaType == "image/png" && found.expires == original.expires)
    #expect(after.lookUpInMemory(key(1), now: now) == nil)
    #expect(await after.lookUp(key(1), now: original.expires) == nil)
    // What takes its place is whole.
    after.store(output(2), under: key(1))
    after.flush()
    #expect(await (try store()).lookUp(key(1)) == output(2))
  }

  @Test("what came as a text is a text again, from memory and from disk")
  func text() async throws {
    let directory = try ScratchDirectory()
    var text = output(1)
    text.isText = true
    for store in [
      try OutputStore(directory: directory.path, maximumMemoryBytes: 1 << 20, maximumDiskBytes: 1 << 20),
      try OutputStore(directory: directory.path, maximumMemoryBytes: 1 << 20, maximumDiskBytes: 1 << 20),
    ] {
      if await store.lookUp(key(1)) == nil { store.store(text, under: key(1)) }
      store.flush()
      #expect(await store.lookUp(key(1)) == text)
    }
  }

  @Test("an original too large for memory leaves its marker")
  func large() async throws {
    let directory = try ScratchDirectory()
    let store = try OutputStore(directory: directory.path, maximumMemoryBytes: 4000, maximumDiskBytes: 1 << 20)
    var original = output(1)
    original.isOriginal = true
    store.store(original, under: key(1))
    store.flush()
    #expect(await store.lookUp(key(1))?.isMarker == true)
  }
}
