/// A sample whose values reach far beyond those of all others: a broken record rather than a rare one.
public struct OutlyingSample: Sendable, Hashable {
  let index: Int
  let name: String
  let magnitude: Float
  /// The largest of the others.
  let others: Float

  /// Natural data differ by less: the brightest of many normalised images reaches twice what the median does.
  private static let factor: Float = 16
  /// Of so few samples none is a rule.
  private static let fewestSamples = 8

  /// At most one sample in twenty: what is commoner belongs to the data.
  static func among(_ magnitudes: [Float], name: (Int) -> String) -> [OutlyingSample] {
    guard magnitudes.count >= fewestSamples else { return [] }
    let limit = factor * magnitudes.sorted()[magnitudes.count / 2]
    let places = magnitudes.indices.filter { limit > 0 && magnitudes[$0] > limit }
    guard places.count <= max(1, magnitudes.count / 20) else { return [] }
    let others =
      magnitudes.indices.filter { magnitudes[$0] <= limit }.map { magnitudes[$0] }.max() ?? 0
    return places.map {
      OutlyingSample(index: $0, name: name($0), magnitude: magnitudes[$0], others: others)
    }
  }

  /// What a reader must know.
  ///
  /// - Parameter isLeftOut: whether the sample is calibrated with.
  public func warning(isLeftOut: Bool) -> String {
    "warning: \(name) reaches \(magnitude) where no other sample exceeds \(others); "
      + (isLeftOut
        ? "it is left out, lest it decide ranges by itself"
        : "ranges that must hold it are coarse for all others (--method auto leaves it out)")
  }
}
