import Synchronization

/// Steps of one kind, one after another, as arms are scored: progress within them tells "arm 5 of 21" and the time left for all.
struct ProgressSteps: Sendable {
  private let noun: String
  private let count: Int
  /// From 1.
  private var index = 0
  /// Of the steps that took time: those that were known already say nothing of the others.
  private var durations: [Double] = []
  private var start = ContinuousClock.now

  /// Those under way; nil where a step is the only one.
  static var current: ProgressSteps? { stored.withLock { $0 } }

  private static let stored = Mutex<ProgressSteps?>(nil)

  init(_ noun: String, count: Int) { (self.noun, self.count) = (noun, count) }

  /// Runs the steps' work, in which `next` begins each.
  static func run<Result>(
    _ noun: String, count: Int, _ work: (_ next: () -> Void) throws -> Result
  ) rethrows -> Result {
    let outer = current
    stored.withLock { $0 = ProgressSteps(noun, count: count) }
    defer { stored.withLock { $0 = outer } }
    return try work { stored.withLock { $0?.advance() } }
  }

  mutating func advance() {
    finish(after: (ContinuousClock.now - start).seconds)
    index += 1
    start = .now
  }

  /// - Parameter seconds: that the step took.
  mutating func finish(after seconds: Double) {
    if index > 0, seconds > Self.leastSeconds { durations.append(seconds) }
  }

  private static let leastSeconds = 0.02

  /// "arm 5 of 21"; nil before the first.
  var name: String? { index == 0 ? nil : "\(noun) \(index) of \(count)" }

  /// "3 min for all": the rest of this step, and for the later ones the mean of the steps so far, this one among them.
  ///
  /// - Parameter rest: of this step, in seconds.
  func left(withinStep rest: Double, elapsed: Double? = nil) -> String? {
    guard index > 0, index < count else { return nil }
    let own = (elapsed ?? (ContinuousClock.now - start).seconds) + rest
    let mean = (durations.reduce(0, +) + own) / Double(durations.count + 1)
    return "\(ProgressLine.duration(rest + mean * Double(count - index))) for all"
  }
}
