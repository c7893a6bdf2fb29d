import Testing

@testable import CalibrantQuantization

@Suite struct BitAllocationTests {
  private static let layers = [
    BitAllocation.Layer(name: "a", elementCount: 100, costs: [32: 0, 8: 0.1, 4: 9]),
    BitAllocation.Layer(name: "b", elementCount: 1000, costs: [32: 0, 8: 0.2, 4: 0.4]),
    BitAllocation.Layer(name: "c", elementCount: 10, costs: [32: 0, 8: 5, 4: 7]),
  ]

  @Test func theFrontierFallsInSizeAndIsReachedStepByStep() {
    let frontier = BitAllocation(Self.layers).frontier
    #expect(frontier.first?.bits == [32, 32, 32] && frontier.last?.bits == [4, 4, 4])
    for (a, b) in zip(frontier, frontier.dropFirst()) {
      #expect(b.storedBits < a.storedBits && b.cost >= a.cost)
      #expect(zip(a.bits, b.bits).count { $0 != $1 } == 1)
    }
  }

  /// No point of the frontier is beaten by any allocation of its size or less, of all 27 there are.
  @Test func noAllocationBeatsTheChosenOne() throws {
    let allocation = BitAllocation(Self.layers)
    let choices = [32, 8, 4]
    for point in allocation.frontier {
      for index in 0..<27 {
        let bits = [choices[index % 3], choices[index / 3 % 3], choices[index / 9]]
        let size = zip(Self.layers, bits).reduce(0) { $0 + $1.0.elementCount * $1.1 }
        let cost = zip(Self.layers, bits).reduce(0) { $0 + $1.0.costs[$1.1]! }
        if size <= point.storedBits { #expect(cost >= point.cost - 1e-12) }
      }
    }
  }

  @Test func limitsAreKept() throws {
    let allocation = BitAllocation(Self.layers)
    let bySize = try #require(allocation.best(storedBits: 6000))
    #expect(bySize.storedBits <= 6000)
    let byCost = try #require(allocation.smallest(cost: 1))
    #expect(byCost.cost <= 1 && byCost.bits == [8, 4, 32])
    #expect(allocation.best(storedBits: 10) == nil)
  }
}
