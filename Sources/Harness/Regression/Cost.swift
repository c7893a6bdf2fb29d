import Foundation

/// The time that a piece of work took.
public struct Cost: Sendable, Codable, Hashable {
  /// Seconds on the wall clock.
  public var wall: Double
  /// Processor seconds: waiting for a core that somebody else holds costs none.
  public var cpu: Double

  public init(wall: Double, cpu: Double) {
    self.wall = wall
    self.cpu = cpu
  }

  /// Whose processor time is counted.
  enum Scope {
    /// The calling thread's.
    case thread
    /// That of all threads of this process.
    case process
  }

  static func of(_ scope: Scope, _ work: () throws -> Void) rethrows -> Cost {
    let start = now(scope)
    try work()
    let end = now(scope)
    return Cost(wall: end.wall - start.wall, cpu: end.cpu - start.cpu)
  }

  /// The clocks, from an arbitrary origin.
  static func now(_ scope: Scope) -> Cost {
    let clock = scope == .thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID
    return Cost(wall: seconds(CLOCK_MONOTONIC), cpu: seconds(clock))
  }

  private static func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

extension [Cost] {
  /// The lower quartiles of both clocks: what disturbs work only ever makes it longer.
  var lowerQuartile: Cost {
    Cost(wall: map(\.wall).quantile(0.25), cpu: map(\.cpu).quantile(0.25))
  }

  /// How much of a core the work got, at most 1.
  var coreShare: Double {
    let wall = map(\.wall).reduce(0, +)
    return wall > 0 ? Swift.min(1, map(\.cpu).reduce(0, +) / wall) : 1
  }
}
