/// What methods make of one distribution, and what each would cost it.
public struct RangeScores: Sendable, Equatable {
  public struct Score: Sendable, Equatable {
    public let method: String
    public let range: ValueRange
    /// The mean of (x − x̂)².
    public let error: Double
  }

  /// In the order of the methods.
  public let all: [Score]

  /// - Parameter methods: at least one.
  public init(
    _ methods: [any CalibrationMethod], of values: Distribution, on grid: QuantizationGrid
  ) {
    precondition(!methods.isEmpty, "a choice needs a candidate")
    all = methods.map { method in
      let range = method.range(of: values, on: grid)
      let error = values.expectedSquaredError(grid.parameters(for: range))
      return Score(method: method.name, range: range, error: error)
    }
  }

  /// The one with the smallest error, the first of equals.
  public var best: Score { all.dropFirst().reduce(all[0]) { $1.error < $0.error ? $1 : $0 } }
}
