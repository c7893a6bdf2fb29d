/// Whether two models rank the same class first.
public enum SameClass {
  /// - Returns: nil where either has no largest value, as where all are NaN.
  public static func holds(_ reference: OutputArray, _ other: OutputArray) -> Bool? {
    guard let first = best(reference), let second = best(other) else { return nil }
    return first == second
  }

  /// The place of the largest value, the lowest of equals.
  public static func best(_ output: OutputArray) -> Int? {
    var best: Int?
    for (place, value) in output.values.enumerated() where !value.isNaN {
      if best.map({ value > output.values[$0] }) ?? true { best = place }
    }
    return best
  }
}
