/// Costs of work, and of the reference work that was done in turn with it.
struct Gauge {
  private(set) var runs: [Cost] = []
  private var references: [Cost] = []
  private let reference = ReferenceWork()

  /// Between two measurements of the reference work: short against a machine's drifts, long against the reference work.
  private static let interval = 0.04

  /// Does `work` for at least `seconds`, and at least `count` times.
  mutating func measure(
    _ scope: Cost.Scope, seconds: Double, atLeast count: Int = 1, _ work: () throws -> Void
  ) rethrows {
    var spent = 0.0
    var nextReference = 0.0
    references.append(reference.cost())
    while runs.count < count || spent < seconds {
      let cost = try Cost.of(scope, work)
      runs.append(cost)
      spent += cost.wall
      if spent > nextReference {
        references.append(reference.cost())
        nextReference = spent + Self.interval
      }
    }
  }

  /// A typical undisturbed run.
  var result: GaugedCost {
    GaugedCost(
      runs.lowerQuartile, reference: references.lowerQuartile, coreShare: references.coreShare)
  }
}

/// The cost of work in an undisturbed moment, and how fast the machine was then.
public struct GaugedCost: Sendable, Codable, Hashable {
  public var cost: Cost
  /// Of `ReferenceWork`.
  public var reference: Cost
  /// How much of a core the reference work got, which never waits for anything: less than 1 where others run, too.
  public var coreShare: Double

  public init(_ cost: Cost, reference: Cost, coreShare: Double = 1) {
    self.cost = cost
    self.reference = reference
    self.coreShare = coreShare
  }

  var relativeProcessorTime: Double { cost.cpu / reference.cpu }

  /// nil where others held the cores for a tenth of the time or more: waiting for them says nothing about the program.
  var relativeWallTime: Double? { coreShare < 0.9 ? nil : cost.wall / reference.wall }
}
