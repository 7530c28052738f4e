import Testing

@testable import Server

@Suite struct ClaimsTests {
  private var claims = Claims<String, String, Int>()

  private mutating func waiter(_ name: String, _ number: Int) throws -> Claims<String, String, Int>.WaiterID {
    guard case .waits(let id) = claims.enter("key", name, waiter: number) else { throw TestClient.Failure() }
    return id
  }

  @Test mutating func theFirstClaimsAndTheOthersWaitInOrder() throws {
    guard case .claimed = claims.enter("key", "a", waiter: 1) else { throw TestClient.Failure() }
    _ = try waiter("b", 2)
    _ = try waiter("c", 3)
    guard case .claimed = claims.enter("other", "d", waiter: 4) else { throw TestClient.Failure() }
    #expect(claims.waiterCount == 2)
    let result1 = claims.settle("key")
    #expect(result1 == [2, 3])
    let result2 = claims.settle("key")
    #expect(result2 == [])
    #expect(claims.count == 1)
  }

  @Test mutating func aClaimPassesToWhoHasWaitedLongest() throws {
    _ = claims.enter("key", "a", waiter: 1)
    let b = try waiter("b", 2)
    let c = try waiter("c", 3)
    let result3 = claims.pass(on: "key")
    #expect(result3 == 2)
    let result4 = claims.leave("key", b)
    #expect(result4 == nil)
    let result5 = claims.leave("key", c)
    #expect(result5 == "b")
    let result6 = claims.pass(on: "key")
    #expect(result6 == nil)
    #expect(claims.count == 0)
  }

  @Test mutating func nothingIsAbandonedThatSomebodyWaitsFor() throws {
    _ = claims.enter("key", "a", waiter: 1)
    _ = claims.enter("other", "a", waiter: 1)
    let b = try waiter("b", 2)
    let result7 = claims.abandon(["other", "key"])
    #expect(!result7)
    #expect(claims.count == 2)
    let result8 = claims.leave("key", b)
    #expect(result8 == "a")
    let result9 = claims.abandon(["other", "key"])
    #expect(result9)
    #expect(claims.count == 0)
    let result10 = claims.abandon([])
    #expect(result10)
  }

  @Test mutating func onlyTheLastToLeaveTellsTheClaimant() throws {
    _ = claims.enter("key", "a", waiter: 1)
    let (b, c) = (try waiter("b", 2), try waiter("c", 3))
    let result11 = claims.leave("key", b)
    #expect(result11 == nil)
    let result12 = claims.leave("key", c)
    #expect(result12 == "a")
    let result13 = claims.leave("key", c)
    #expect(result13 == nil)
  }
}
