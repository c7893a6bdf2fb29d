/// How near a network's outputs are to another's on the same images, which need no labels.
public struct FidelityTask: VisionTask, Codable, Hashable {
  /// What is measured, output by output.
  public let parts: [Part]
  /// nil of outputs whose shape follows the image.
  private let shapes: [[Int]?]

  public struct Part: Sendable, Codable, Hashable {
    /// In the model's order.
    public let output: Int
    /// nil for all of an output whose shape follows the image.
    public let part: OutputPart?
  }

  /// - Parameter maxima: of each output of the reference, over all images; nil of those whose shape follows the image, which
  ///   have no places to tell apart.
  public init(_ maxima: [AxisMaxima?]) {
    shapes = maxima.map { $0?.shape }
    parts = maxima.enumerated().flatMap { output, maxima in
      guard let maxima else { return [Part(output: output, part: nil)] }
      return OutputParts.find(in: maxima).map { found in
        Part(output: output, part: found)
      }
    }
  }

  /// Whether it is all of its output.
  public func isWhole(_ part: Part) -> Bool {
    guard let places = part.part, let shape = shapes[part.output] else { return true }
    return places.isWhole(of: shape)
  }

  public var kind: MetricKind { MetricKind(name: "SQNR", unit: .decibels) }

  /// The distance of each part from the reference's outputs. An output whose shape follows the image, and is another one
  /// than the reference's, has no values to compare: its distance is of none.
  public func record(
    _ outputs: [OutputArray], truth reference: [OutputArray]
  ) throws(TaskError) -> [OutputDistance] {
    try check(outputs)
    try check(reference)
    return parts.map { part in
      let (expected, own) = (reference[part.output], outputs[part.output])
      guard expected.shape == own.shape else { return OutputDistance() }
      return OutputDistance(
        reference: expected, other: own, part: part.part ?? OutputPart(whole: expected.shape))
    }
  }

  private func check(_ outputs: [OutputArray]) throws(TaskError) {
    for (index, shape) in shapes.enumerated() {
      guard index < outputs.count else {
        throw .missingOutput(index: index, count: outputs.count)
      }
      guard let shape else { continue }
      guard outputs[index].shape == shape else {
        let expected = shape.map(String.init).joined(separator: " x ")
        throw .wrongShape(shape: outputs[index].shape, expected: expected)
      }
    }
  }

  public func isPossible(_ record: [OutputDistance]) -> Bool { record.count == parts.count }

  public func metric(of records: [[OutputDistance]]) -> LowestSQNR {
    LowestSQNR(parts.indices.map { part in records.map { $0[part] } })
  }
}

/// The SQNR of the part that is farthest from the reference; nil where none differs.
public struct LowestSQNR: WeightedMetric {
  /// Of each part.
  public let parts: [FidelityMetric]

  init(_ distances: [[OutputDistance]]) {
    parts = distances.map { FidelityMetric(.sqnr, of: $0) }
  }

  public func value(weights: [Int]) -> Double? {
    parts.compactMap { $0.value(weights: weights) }.min()
  }
}
