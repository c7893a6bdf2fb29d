/// Chooses between candidates by what the network's outputs lose (`RangeSelection`); of a tensor alone, the candidate with the
/// smallest expected squared error of the tensor itself.
///
/// MinMax is always a candidate, and ties go to the earlier one in the list.
public struct Auto: CalibrationMethod {
  public let name = "auto"
  public let candidates: [any CalibrationMethod]

  public init(candidates: [any CalibrationMethod] = StandardMethods.single) {
    self.candidates = [MinMax()] + candidates.filter { $0.name != MinMax().name }
  }

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    RangeScores(candidates, of: values, on: grid).best.range
  }
}
