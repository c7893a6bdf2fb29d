/// How much is run to tell how fast a file is beside the original.
struct SpeedPlan: Hashable {
  /// In each, the original and then the file.
  var rounds: Int
  /// Runs of every worker in each half of a round.
  var runs: Int

  /// The fewest rounds whose second and second to last order statistics hold the median with 95 %.
  private static let fewest = 9
  /// More would hardly narrow the interval.
  private static let most = 21
  /// Seconds of half a round: long against the start of a thread, short against the drifts of a machine. The second is what
  /// has to do where time is short.
  private static let (half, shortestHalf) = (0.05, 0.01)

  /// - Parameters:
  ///   - files: to be measured beside the original, at least one.
  ///   - elapsed: seconds that the comparison took so far.
  ///   - preparing: seconds until a file is ready.
  ///   - run: seconds of one run of all workers.
  /// - Returns: nil where there is no time for it.
  init?(_ choice: SpeedChoice, files: Int, elapsed: Double, preparing: Double, run: Double) {
    guard choice != .off else { return nil }
    let run = max(run, 1e-6)
    let share = elapsed > 10 ? max(1, 0.06 * elapsed) : 0.06 * elapsed
    let left = max(share / Double(files) - preparing, 0)
    let shortest = Int((Self.shortestHalf / run).rounded(.up))
    runs = Int((Self.half / run).rounded(.up))
    rounds = Int(min(left / (2 * Double(runs) * run), Double(Self.most)))
    guard rounds < Self.fewest else { return }
    rounds = Self.fewest
    if choice == .auto {
      runs = Int(left / (2 * Double(rounds) * run))
      guard runs >= shortest else { return nil }
    }
  }
}
