/// How much smaller one network's errors are than another's on the samples that both were run on.
struct Gain {
  let mean: Double
  /// The mean, of the one's errors on these samples.
  let share: Double
  private let standardError: Double
  private let count: Int
  /// Whether the other network was run on all samples.
  private let isWhole: Bool
  private let isPastAll: Bool
  /// Fewer samples agree by chance.
  private static let fewestToTake = 8
  /// To give a trial up takes less: what is kept has been tried before.
  static let fewestToGiveUp = 4

  /// - Parameters:
  ///   - before: the one's error on each sample.
  ///   - after: the other's, on the first of these at least.
  init(from before: [Double], to after: [Double]) {
    let gains = zip(before, after).map { $0 - $1 }
    count = gains.count
    mean = gains.reduce(0, +) / Double(max(count, 1))
    share = mean == 0 ? 0 : gains.reduce(0, +) / before.prefix(count).reduce(0, +)
    let squares = gains.reduce(0) { [mean] in $0 + ($1 - mean) * ($1 - mean) }
    standardError =
      count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : .infinity
    isWhole = after.count == before.count
    isPastAll = after.reduce(0, +) > before.reduce(0, +)
  }

  /// Whether it is more than the chance of which few samples judge.
  var isSure: Bool {
    isWhole && count >= Self.fewestToTake && mean > 2 * standardError && mean > 0
  }

  /// Whether the other network is behind so far that it need not be run on more: by half a standard error, or already past
  /// all of the one's errors.
  var isHopeless: Bool {
    isPastAll || (count >= Self.fewestToGiveUp && mean < -standardError / 2)
  }
}
