import NIOCore
import Testing

@testable import Server

@Suite struct ConnectionPatienceTests {
  private static let configuration = HTTPServer.Configuration()
  private let patience = Holder(ConnectionPatience(configuration: configuration, now: at(0)))

  private final class Holder {
    var value: ConnectionPatience
    init(_ value: ConnectionPatience) { self.value = value }
  }

  private static func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

  private func isOver(_ seconds: Int64, isBusy: Bool = false, unsent: Int = 0) -> Bool {
    patience.value.isOver(now: Self.at(seconds), isBusy: isBusy, unsentBytes: unsent)
  }

  @Test func theFirstRequestMustComeSoon() {
    #expect(!isOver(15))
    #expect(isOver(16))
  }

  @Test func aRequestThatDripsGainsNoTime() {
    patience.value.requestIsComplete(now: Self.at(1))
    for second in 20..<40 { patience.value.bytesArrived(now: Self.at(Int64(second))) }
    #expect(!isOver(35))
    #expect(isOver(36))
  }

  @Test func betweenRequestsThereIsMoreTime() {
    patience.value.requestIsComplete(now: Self.at(0))
    patience.value.answered(now: Self.at(10))
    #expect(!isOver(85))
    #expect(isOver(86))
  }

  @Test func anAnswerInTheMakingIsWaitedFor() {
    patience.value.requestIsComplete(now: Self.at(0))
    #expect(!isOver(3600, isBusy: true))
  }

  @Test func aCallerThatReadsSlowlyIsWaitedForAndOneThatDoesNotIsNot() {
    patience.value.requestIsComplete(now: Self.at(0))
    for second in 0..<200 { #expect(!isOver(Int64(second), unsent: 1_000_000 - second)) }
    #expect(!isOver(229, unsent: 1_000_000 - 199))
    #expect(isOver(230, unsent: 1_000_000 - 199))
  }

  @Test func afterTheLastAnswerTheCallerIsToClose() {
    patience.value.lingers(now: Self.at(5))
    #expect(!isOver(7))
    #expect(isOver(8))
  }
}
