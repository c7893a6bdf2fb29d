/// How near a network's outputs are to another's on the same images, which need no labels.
public struct FidelityTask: VisionTask {
  /// What is measured, output by output.
  public let parts: [Part]
  private let shapes: [[Int]]

  public struct Part: Sendable, Codable, Hashable {
    /// In the model's order.
    public let output: Int
    public let part: OutputPart

    public init(output: Int, part: OutputPart) {
      (self.output, self.part) = (output, part)
    }
  }

  /// - Parameter maxima: of each output of the reference, over all images.
  public init(_ maxima: [AxisMaxima]) {
    shapes = maxima.map(\.shape)
    parts = maxima.enumerated().flatMap { output, maxima in
      OutputParts.find(in: maxima).map { Part(output: output, part: $0) }
    }
  }

  public var kind: MetricKind { MetricKind(name: "SQNR", unit: .decibels) }

  /// The distance of each part from the reference's outputs.
  public func record(
    _ outputs: [OutputArray], truth reference: [OutputArray]
  ) throws(TaskError) -> [OutputDistance] {
    try check(outputs)
    try check(reference)
    return parts.map { part in
      OutputDistance(
        reference: reference[part.output], other: outputs[part.output], part: part.part)
    }
  }

  private func check(_ outputs: [OutputArray]) throws(TaskError) {
    for (index, shape) in shapes.enumerated() {
      guard index < outputs.count else {
        throw .missingOutput(index: index, count: outputs.count)
      }
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
