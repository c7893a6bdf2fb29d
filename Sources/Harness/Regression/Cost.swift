import Foundation

/// The time that a piece of work took.
public struct Cost: Sendable, Codable, Hashable {
  /// Seconds on the wall clock.
  public var wall: Double
  /// Processor seconds of all threads of this process: waiting for a core that somebody else holds costs none.
  public var cpu: Double

  public init(wall: Double, cpu: Double) {
    self.wall = wall
    self.cpu = cpu
  }

  /// Times `work`.
  static func of<Result>(_ work: () throws -> Result) rethrows -> (result: Result, cost: Cost) {
    let start = now
    let result = try work()
    return (result, now - start)
  }

  /// The clocks, from an arbitrary origin.
  static var now: Cost {
    Cost(wall: seconds(CLOCK_MONOTONIC), cpu: seconds(CLOCK_PROCESS_CPUTIME_ID))
  }

  /// The calling thread's processor seconds.
  static var threadSeconds: Double { seconds(CLOCK_THREAD_CPUTIME_ID) }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  static func - (end: Cost, start: Cost) -> Cost {
    Cost(wall: end.wall - start.wall, cpu: end.cpu - start.cpu)
  }

  static func + (a: Cost, b: Cost) -> Cost { Cost(wall: a.wall + b.wall, cpu: a.cpu + b.cpu) }

  static func / (cost: Cost, count: Double) -> Cost {
    Cost(wall: cost.wall / count, cpu: cost.cpu / count)
  }
}

/// What work cost, and what the reference work cost right before and after it.
public struct GaugedCost: Sendable, Codable, Hashable {
  public var cost: Cost
  /// Of one round of `ReferenceWork` on as many threads.
  public var reference: Cost

  public init(_ cost: Cost, reference: Cost) {
    self.cost = cost
    self.reference = reference
  }
}
