import CalibrantTasks

/// Images by the thousand of which both arms' metrics are known, to draw data sets from.
protocol Population: Sendable {
  associatedtype Metric: WeightedMetric

  var name: String { get }
  var count: Int { get }

  /// Both arms' metrics of some of the images.
  func metrics(of images: [Int]) -> (first: Metric, second: Metric)
}

extension Population {
  /// The difference that an interval has to hold: of all images.
  var difference: Double {
    let (first, second) = metrics(of: Array(0..<count))
    let once = [Int](repeating: 1, count: count)
    return (first.value(weights: once) ?? 0) - (second.value(weights: once) ?? 0)
  }
}
