import Foundation
import Synchronization

/// What a worker does: turns the index of a unit of work into its result. It may keep state between units.
public typealias UnitWorker<Result> = (_ unit: Int) throws -> Result

/// Runs `units` units of work on `jobs` threads, each with a worker of its own, and hands their results to `consume` in order of index.
/// Where the system gives fewer threads, those do the work.
///
/// What a unit holds must not depend on the number of jobs; then neither do the results, nor the order of their
/// consumption, nor which error is reported when several units fail (the first by index). Workers run at most a
/// few units ahead of consumption, so memory stays bounded.
/// - Throws: what a worker or `consume` throws; `Interrupted` when the user asked to stop.
public func processInOrder<Result: Sendable>(
  units: Int, jobs: Int, makeWorker: @escaping @Sendable () throws -> UnitWorker<Result>,
  consume: (_ unit: Int, _ result: Result) throws -> Void
) throws {
  let board = WorkBoard(units: units, window: 4 * max(jobs, 1), makeWorker)
  let group = DispatchGroup()
  let started = (0..<max(1, min(jobs, units))).count { _ in
    group.enter()
    let isStarted = WorkerThread.start {
      board.work()
      group.leave()
    }
    if !isStarted { group.leave() }
    return isStarted
  }
  precondition(started > 0, "not enough memory for a thread")
  defer {
    board.close()
    group.wait()
    board.forgetWorkers()
  }
  for unit in 0..<units {
    try Interruption.check()
    try consume(unit, try board.take(unit))
  }
}

/// Which units are claimed and which are done.
///
/// Unchecked: every access to the stored state is under `condition`.
private final class WorkBoard<Result: Sendable>: @unchecked Sendable {
  private let condition = NSCondition()
  private let units: Int
  private let window: Int
  private var claimed = 0
  private var consumed = 0
  private var isClosed = false
  private var done: [Int: Swift.Result<Result, any Error>] = [:]
  private var makeWorker: (() throws -> UnitWorker<Result>)?

  init(units: Int, window: Int, _ makeWorker: @escaping () throws -> UnitWorker<Result>) {
    self.units = units
    self.window = window
    self.makeWorker = makeWorker
  }

  /// A worker's life: claim, process, deliver, until nothing is left.
  func work() {
    let makeWorker = condition.withLock { self.makeWorker! }
    var worker: UnitWorker<Result>?
    while let unit = claim() {
      let result = Swift.Result<Result, any Error> {
        if worker == nil { worker = try makeWorker() }
        return try worker!(unit)
      }
      deliver(result, for: unit)
      if case .failure = result { return }
    }
  }

  private func claim() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    while !isClosed && claimed < units && claimed >= consumed + window { condition.wait() }
    guard !isClosed, claimed < units else { return nil }
    claimed += 1
    return claimed - 1
  }

  private func deliver(_ result: Swift.Result<Result, any Error>, for unit: Int) {
    condition.lock()
    done[unit] = result
    condition.broadcast()
    condition.unlock()
  }

  func take(_ unit: Int) throws -> Result {
    condition.lock()
    defer { condition.unlock() }
    while done[unit] == nil {
      if !condition.wait(until: Date(timeIntervalSinceNow: 0.2)) { try Interruption.check() }
    }
    consumed = unit + 1
    condition.broadcast()
    return try done.removeValue(forKey: unit)!.get()
  }

  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }

  /// Gives up what workers are made from, a network perhaps; threads that are done but not gone yet would hold it.
  func forgetWorkers() { condition.withLock { makeWorker = nil } }
}
