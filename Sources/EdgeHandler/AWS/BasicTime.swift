/// A point in time as ISO 8601 basic text in UTC: `20130524T000000Z`.
///
/// Written by hand because Foundation's calendars are not there in Embedded Swift.
struct BasicTime {
  let text: String

  /// Years 1970–9999; times outside are taken to its ends.
  init(unixSeconds: Int64) {
    let seconds = min(max(unixSeconds, 0), 253_402_300_799)
    let (year, month, day) = Self.date(daysSinceEpoch: seconds / 86_400)
    let second = seconds % 86_400
    var digits: [UInt8] = []
    Self.append(year, width: 4, to: &digits)
    Self.append(month, width: 2, to: &digits)
    Self.append(day, width: 2, to: &digits)
    digits.append(UInt8(ascii: "T"))
    Self.append(second / 3600, width: 2, to: &digits)
    Self.append(second / 60 % 60, width: 2, to: &digits)
    Self.append(second % 60, width: 2, to: &digits)
    digits.append(UInt8(ascii: "Z"))
    text = String(decoding: digits, as: UTF8.self)
  }

  /// In the proleptic Gregorian calendar, whose days repeat every 400 years. Years are counted from March, so that the leap
  /// day is a year's last.
  private static func date(daysSinceEpoch days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let daysPer400Years: Int64 = 146_097
    let sinceYear0 = days + 719_468
    let cycle = sinceYear0 / daysPer400Years
    let dayOfCycle = sinceYear0 % daysPer400Years
    let yearOfCycle = (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day)
  }

  /// Unix time in seconds of a time as ISO 8601 extended text in UTC, as AWS's JSON has it: `2013-05-24T00:00:00Z`. A fraction of the
  /// second is left aside. `nil` for anything else, and for years outside of 1970–9999.
  static func unixSeconds(extended text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"), bytes[4] == UInt8(ascii: "-"),
      bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), bytes.count == 20 || bytes[19] == UInt8(ascii: "."),
      bytes[19..<bytes.count - 1].dropFirst().allSatisfy({ ASCII.isDigit($0) }),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]), let day = number(bytes[8..<10]),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      year >= 1970, month >= 1, month <= 12, day >= 1, day <= 31, hour < 24, minute < 60, second <= 60
    else { return nil }
    // The inverse of date(daysSinceEpoch:), again with years from March.
    let shifted = month <= 2 ? year - 1 : year
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    return days * 86_400 + hour * 3600 + minute * 60 + second
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    ASCII.decimal(digits, digits: 1...4).map { Int64($0) }
  }

  private static func append(_ value: Int64, width: Int, to digits: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      digits.append(UInt8(0x30 + value / divisor % 10))
      divisor /= 10
    }
  }
}
