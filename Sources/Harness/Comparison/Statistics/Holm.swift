/// p-values of several tests at once, so that looking at many arms does not find differences by luck.
///
/// S. Holm, "A simple sequentially rejective multiple test procedure", 1979: no assumption about how
/// the tests depend on each other, which arms measured on the same images need.
public enum Holm {
  /// The adjusted p-value of each test, in the order given: the level at which the procedure would
  /// just reject it. The chance that any true hypothesis falls below α is at most α.
  public static func adjusted(_ pValues: [Double]) -> [Double] {
    var adjusted = pValues
    var highest = 0.0
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in order.enumerated() {
      highest = max(highest, min(1, Double(pValues.count - rank) * pValues[index]))
      adjusted[index] = highest
    }
    return adjusted
  }

  /// The same where several entries can be one and the same test, which counts once.
  ///
  /// - Parameters:
  ///   - pValues: nil where nothing was tested.
  ///   - tests: what tells tests apart, an entry per p-value.
  static func adjusted<Test: Hashable>(_ pValues: [Double?], of tests: [Test]) -> [Double?] {
    var first: [Test: Int] = [:]
    for (index, test) in tests.enumerated() where pValues[index] != nil && first[test] == nil {
      first[test] = index
    }
    let tested = first.values.sorted()
    let adjusted = Dictionary(
      uniqueKeysWithValues: zip(tested, Self.adjusted(tested.compactMap { pValues[$0] })))
    return tests.indices.map { index in
      pValues[index] == nil ? nil : first[tests[index]].flatMap { adjusted[$0] }
    }
  }
}
