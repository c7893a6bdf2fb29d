import Foundation

/// Runs `work` on `count` threads at once and returns their results in order.
///
/// Each calls `begin` once it is ready; nobody's `begin` returns before all are.
func onThreads<Result: Sendable>(
  _ count: Int, _ work: @escaping @Sendable (_ index: Int, _ begin: () -> Void) -> Result
) -> [Result] {
  let rendezvous = Rendezvous<Result>(count)
  for index in 0..<count {
    let isStarted = WorkerThread.start { rendezvous.finish(index, work(index, rendezvous.begin)) }
    precondition(isStarted, "not enough memory for a thread")
  }
  return rendezvous.results()
}

/// Unchecked: every access to the stored state is under `condition`.
private final class Rendezvous<Result: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private var waiting: Int
  private var done: [Result?]

  init(_ count: Int) {
    waiting = count
    done = Array(repeating: nil, count: count)
  }

  func begin() {
    condition.lock()
    waiting -= 1
    condition.broadcast()
    while waiting > 0 { condition.wait() }
    condition.unlock()
  }

  func finish(_ index: Int, _ result: Result) {
    condition.lock()
    done[index] = result
    condition.broadcast()
    condition.unlock()
  }

  func results() -> [Result] {
    condition.lock()
    defer { condition.unlock() }
    while done.contains(where: { $0 == nil }) { condition.wait() }
    return done.map { $0! }
  }
}
