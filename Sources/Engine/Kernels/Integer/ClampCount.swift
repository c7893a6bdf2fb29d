import Synchronization

/// How many of a layer's sums lost something to clamped pairs, over all runs. Whole numbers, so the order does not matter.
final class ClampCount: Sendable {
  private let clampedSums = Atomic<Int>(0)
  private let allSums = Atomic<Int>(0)

  var clamped: Int { clampedSums.load(ordering: .relaxed) }
  var all: Int { allSums.load(ordering: .relaxed) }

  func add(_ clamped: Int, of all: Int) {
    clampedSums.wrappingAdd(clamped, ordering: .relaxed)
    allSums.wrappingAdd(all, ordering: .relaxed)
  }
}
