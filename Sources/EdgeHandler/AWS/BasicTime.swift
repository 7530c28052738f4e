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

  private static func append(_ value: Int64, width: Int, to digits: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      digits.append(UInt8(0x30 + value / divisor % 10))
      divisor /= 10
    }
  }
}
