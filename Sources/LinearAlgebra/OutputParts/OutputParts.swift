/// Finds parts of an output that one measure would mix up: where all values at some places of an axis are far larger than all
/// at the others, as coordinates of boxes beside their scores, the larger ones alone decide a sum of squares.
public enum OutputParts {
  /// Largest values that differ by more than this are of different parts.
  public static let ratio: Float = 8

  /// The parts, in the axis's order; all of the output where nothing divides it.
  ///
  /// Along one axis alone: the one whose sides differ most, the first of equals. Parts are divided again the same way.
  public static func find(in maxima: AxisMaxima) -> [OutputPart] {
    let cuts = maxima.axes.enumerated().compactMap { axis, values in
      cut(values[...]).map { (axis: axis, ratio: $0.ratio) }
    }
    let best = cuts.max { ($0.ratio, $1.axis) < ($1.ratio, $0.axis) }
    guard let axis = best?.axis else { return [OutputPart(whole: maxima.shape)] }
    return parts(maxima.axes[axis][...]).map { OutputPart(axis: axis, places: $0) }
  }

  private static func parts(_ values: ArraySlice<Float>) -> [Range<Int>] {
    guard let place = cut(values)?.place else { return [values.startIndex..<values.endIndex] }
    return parts(values[..<place]) + parts(values[place...])
  }

  /// The place that divides values of one size from those of another best: the ratio of the least on one side to the largest
  /// on the other is more than `ratio`. Places where all is 0 are on no side.
  private static func cut(_ values: ArraySlice<Float>) -> (place: Int, ratio: Float)? {
    let before = extremes(values)
    let after = extremes(values.reversed()).reversed()
    var best: (place: Int, ratio: Float)?
    for (place, (left, right)) in zip(values.indices.dropFirst(), zip(before, after.dropFirst())) {
      guard left.largest > 0, right.largest > 0 else { continue }
      let ratio = max(left.least / right.largest, right.least / left.largest)
      if ratio > max(best?.ratio ?? 0, Self.ratio) { best = (place, ratio) }
    }
    return best
  }

  /// The least value above 0 and the largest, up to each place.
  private static func extremes(
    _ values: some Sequence<Float>
  ) -> [(least: Float, largest: Float)] {
    var (least, largest) = (Float.infinity, Float(0))
    return values.map { value in
      if value > 0 { least = min(least, value) }
      largest = max(largest, value)
      return (least, largest)
    }
  }
}
