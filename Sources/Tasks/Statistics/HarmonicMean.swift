/// The harmonic mean of how many images there are of each class.
public enum HarmonicMean {
  /// Classes of none are left out; nil where there is no other.
  public static func of(_ counts: [Int]) -> Double? {
    let known = counts.filter { $0 > 0 }
    guard !known.isEmpty else { return nil }
    return Double(known.count) / known.reduce(0) { $0 + 1 / Double($1) }
  }
}
