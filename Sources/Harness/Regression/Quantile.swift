extension Array where Element == Double {
  /// The q-quantile with linear interpolation between order statistics (Hyndman and Fan 1996, type 7); 0.5 is the
  /// median. The array must not be empty.
  func quantile(_ q: Double) -> Double {
    precondition(!isEmpty, "no quantile of nothing")
    let sorted = sorted()
    let position = q * Double(count - 1)
    let below = Int(position)
    let above = Swift.min(below + 1, count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}
