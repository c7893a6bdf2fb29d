import CalibrantTasks

/// How one variant of the quantized model does on some images.
public struct VariantEffect: Sendable {
  /// SQNR of the scores, or of the part of the outputs that is farthest off, against the float model's in dB; nil where
  /// nothing differs.
  public let decibels: Double?
  /// What the variant does to the outputs, to compare it with others on the same images: the less the better.
  let cost: Double
  /// What is judged.
  let measure: Measure
  /// Its value; nil where there is nothing to take it of.
  public let metric: Double?
  /// Of every part of the outputs; empty for class scores.
  public let outputs: [OutputFidelity]
  /// What of the outputs cannot be compared.
  let notes: [String]

  init(
    _ measure: Measure, imageCount: Int, decibels: Double?, cost: Double,
    outputs: [OutputFidelity] = [], notes: [String] = []
  ) {
    (self.measure, self.decibels, self.cost) = (measure, decibels, cost)
    (self.outputs, self.notes) = (outputs, notes)
    metric = measure.value(imageCount: imageCount)
  }

  /// What is lost of the metric beside another variant on the same images.
  func drop(from other: VariantEffect) -> Double {
    if case (.proportion(let before), .proportion(let after)) = (other.measure.form, measure.form) {
      return PairedCounts(before: before, after: after).drop
    }
    return other.difference(to: self) ?? 0
  }

  /// This metric minus another's.
  func difference(to other: VariantEffect) -> Double? {
    metric.flatMap { own in other.metric.map { own - $0 } }
  }
}

extension Measure {
  /// Of images that count once each.
  func value(imageCount: Int) -> Double? {
    switch form {
    case .proportion(let holds): MetricSample.proportion(holds).value
    case .weighted(let metric): metric.value(weights: [Int](repeating: 1, count: imageCount))
    }
  }

  /// The least that a variant must lose for it to be worth a remedy: one image, or what shows in print.
  var leastLoss: Double {
    switch form {
    case .proportion: .leastNonzeroMagnitude
    case .weighted: 0.00005
    }
  }
}
