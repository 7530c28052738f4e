import ArgumentParser
import Testing

@testable import imgedge

/// Environment variables belong to the process, so that these tests give values as flags, and one reads a variable that nothing sets.
@Suite struct SettingTests {
  @Test("a flag's variable has its name in capitals, with underscores")
  func variable() throws {
    #expect(Setting.variable("max-original-bytes") == "IMGEDGE_MAX_ORIGINAL_BYTES")
    let unset = Setting("no-flag-of-this-name", nil)
    #expect(unset.string() == nil)
    #expect(try unset.int(in: 0...1) == nil && unset.bytes(in: 0...1) == nil && unset.bool() == nil)
  }

  @Test(
    "bytes are a whole number with K, M or G",
    arguments: [
      ("0", 0), ("1", 1), ("1K", 1024), ("500M", 524_288_000), ("2G", 2_147_483_648), ("", nil), ("K", nil),
      ("-1", nil), ("1k", nil), ("1.5M", nil), ("1KB", nil), (" 1", nil), ("3G", nil),
      ("9223372036854775807G", nil), ("99999999999999999999", nil),
    ] as [(String, Int?)])
  func bytes(text: String, count: Int?) throws {
    let setting = Setting("max-memory", text)
    if let count {
      #expect(try setting.bytes(in: 0...(2 << 30)) == count)
    } else {
      #expect(throws: ValidationError.self) { try setting.bytes(in: 0...(2 << 30)) }
    }
  }

  @Test(
    "seconds are milliseconds with a fraction, within the range",
    arguments: [
      ("0.5", 500), ("30", 30_000), ("1e1", 10_000), ("0", nil), ("31", nil), ("nan", nil), ("inf", nil), ("-1", nil),
      ("1s", nil), ("", nil),
    ] as [(String, Int?)])
  func seconds(text: String, milliseconds: Int?) throws {
    let setting = Setting("fetch-timeout", text)
    if let milliseconds {
      #expect(try setting.milliseconds(in: 0.1...30) == milliseconds)
    } else {
      #expect(throws: ValidationError.self) { try setting.milliseconds(in: 0.1...30) }
    }
  }

  @Test("a flag is true or false in three spellings each, and nothing else")
  func bool() throws {
    for text in ["true", "1", "yes"] { #expect(try Setting("a", text).bool() == true) }
    for text in ["false", "0", "no"] { #expect(try Setting("a", text).bool() == false) }
    for text in ["", "True", "on", "2"] { #expect(throws: ValidationError.self) { try Setting("a", text).bool() } }
  }

  @Test("a complaint names the flag, the value and what is allowed")
  func complaint() {
    let error = #expect(throws: ValidationError.self) { try Setting("threads", "many").int(in: 1...64) }
    #expect(error?.message == "--threads: \"many\" is not a whole number from 1 to 64")
  }
}
