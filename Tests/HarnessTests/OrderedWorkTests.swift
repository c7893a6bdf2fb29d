import Synchronization
import TestSupport
import Testing

@testable import CalibrantHarness

@Suite struct OrderedWorkTests {
  struct Failed: Error, Equatable { let unit: Int }

  /// Work whose duration has nothing to do with its index.
  static func digest(_ unit: Int) -> UInt64 {
    var random = SeededRandom(seed: UInt64(unit))
    let rounds = Int.random(in: 1...3000, using: &random)
    return (0..<rounds).reduce(UInt64(unit)) { sum, _ in sum &+ random.next() }
  }

  @Test(arguments: [-1, 0, 1, 2, 3, 8, 200]) func resultsComeInOrder(jobs: Int) throws {
    var seen: [Int] = []
    var digests: [UInt64] = []
    try processInOrder(units: 100, jobs: jobs) {
      { Self.digest($0) }
    } consume: { unit, result in
      seen.append(unit)
      digests.append(result)
    }
    #expect(seen == Array(0..<100))
    #expect(digests == (0..<100).map(Self.digest))
  }

  @Test func nothingToDo() throws {
    try processInOrder(units: 0, jobs: 4) {
      { $0 }
    } consume: { _, _ in
      Issue.record("there is no unit to consume")
    }
  }

  @Test func eachThreadHasOneWorker() throws {
    let made = Atomic(0)
    try processInOrder(units: 50, jobs: 3) {
      made.add(1, ordering: .relaxed)
      return { $0 }
    } consume: { _, _ in
    }
    #expect((1...3).contains(made.load(ordering: .relaxed)))
  }

  @Test(arguments: [1, 2, 7]) func theFirstErrorByIndexIsReported(jobs: Int) {
    var consumed = 0
    #expect(throws: Failed(unit: 17)) {
      try processInOrder(units: 60, jobs: jobs) {
        { unit in
          // The earliest failure takes the longest.
          if unit == 17 { for other in 0..<200 { _ = Self.digest(other) } }
          if [17, 18, 19, 40].contains(unit) { throw Failed(unit: unit) }
          return unit
        }
      } consume: { _, _ in
        consumed += 1
      }
    }
    #expect(consumed == 17)
  }

  @Test func aWorkerThatCannotBeMade() {
    #expect(throws: Failed(unit: -1)) {
      try processInOrder(units: 5, jobs: 2) { () throws -> UnitWorker<Int> in
        throw Failed(unit: -1)
      } consume: { _, _ in
      }
    }
  }

  @Test func whatTheConsumerThrowsEndsTheWork() {
    let started = Atomic(0)
    #expect(throws: Failed(unit: 3)) {
      try processInOrder(units: 10_000, jobs: 2) {
        { unit in
          started.add(1, ordering: .relaxed)
          return unit
        }
      } consume: { unit, _ in
        if unit == 3 { throw Failed(unit: unit) }
      }
    }
    #expect(started.load(ordering: .relaxed) < 100)
  }

  @Test(arguments: [1, 2, 5]) func workersStayWithinAWindow(jobs: Int) throws {
    let consumed = Atomic(0)
    let furthest = Mutex(0)
    try processInOrder(units: 300, jobs: jobs) {
      { unit in
        let lead = unit - consumed.load(ordering: .sequentiallyConsistent)
        furthest.withLock { $0 = max($0, lead) }
        return unit
      }
    } consume: { unit, _ in
      _ = Self.digest(unit)
      consumed.store(unit, ordering: .sequentiallyConsistent)
    }
    #expect(furthest.withLock { $0 } <= 4 * jobs + 1)
  }
}
