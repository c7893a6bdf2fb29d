/// Chooses per tensor: the candidate with the smallest expected squared error of the tensor itself.
///
/// MinMax is always a candidate, and ties go to the earlier one in the list.
public struct Auto: CalibrationMethod {
  /// What each candidate would cost.
  public struct Score: Sendable, Equatable {
    public let method: String
    public let range: ValueRange
    /// The mean of (x − x̂)².
    public let error: Double
  }

  /// The chosen method and the table it was chosen from.
  public struct Choice: Sendable, Equatable {
    public let method: String
    public let range: ValueRange
    public let scores: [Score]
  }

  public let name = "auto"
  public let candidates: [any CalibrationMethod]

  public init(candidates: [any CalibrationMethod] = StandardMethods.single) {
    self.candidates = [MinMax()] + candidates.filter { $0.name != MinMax().name }
  }

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    choose(for: values, on: grid).range
  }

  public func choose(for values: Distribution, on grid: QuantizationGrid) -> Choice {
    let scores = candidates.map { method in
      let range = method.range(of: values, on: grid)
      let error = values.expectedSquaredError(grid.parameters(for: range))
      return Score(method: method.name, range: range, error: error)
    }
    let best = scores.dropFirst().reduce(scores[0]) { $1.error < $0.error ? $1 : $0 }
    return Choice(method: best.method, range: best.range, scores: scores)
  }
}
