import Engine
import ONNXFormat

/// What networks lose of their outputs on held-out calibration samples: E‖ŷ − y‖² / E‖y − E[y]‖², summed over the
/// outputs, whatever their number and shape. In place of a Softmax's output it looks at what that reads.
public struct NetworkLoss: Sendable {
  /// What a network has to compute.
  let outputs: [String]
  /// The units of the input to judge by.
  let units: [Int]
  private let samples: [Int]
  private let source: String
  private let input: any WalkInput
  /// What the float network computes, by unit and output; empty where that is no floats, one row for each sample.
  private let expected: [[[Float]]]
  /// E‖y − E[y]‖² by output.
  private let variances: [Double]

  /// - Returns: nil where there is nothing to judge by: no sample, or no output that varies.
  init?(
    of float: Document, opset: Int, on input: some WalkInput, executor: some OrderedExecutor
  ) throws {
    guard let source = float.inputs.first?.name, input.unitCount > 0 else { return nil }
    let units = SamplingPlan(unitCount: input.unitCount, sampleCount: input.sampleCount)
      .judges(samples: input.samples)
    let samples = units.map(input.samples)
    (self.source, self.input, self.units, self.samples) = (source, input, units, samples)
    outputs = float.outputsBeforeSoftmax
    let segment = try Segment(
      of: float, opset: opset, from: [source: try input.input(units[0]).shape], to: outputs)
    let expected = try Self.rows(of: segment, outputs, units, samples, executor) {
      [source: try input.input($0)]
    }
    self.expected = expected
    let count = samples.reduce(0, +)
    variances = outputs.indices.map { index in
      Self.variance(expected.map { $0[index] }, samples: count)
    }
    guard variances.contains(where: { $0 > 0 }) else { return nil }
  }

  /// - Returns: nil where there is nothing to judge by: no sample, or no output that varies.
  public init?(
    of float: Model, on input: some WalkInput, executor: some OrderedExecutor
  ) throws {
    var document = try PreparedModel(float).document
    let opset = max(document.opset, 13)
    try OpsetUpgrade(from: document.opset, to: opset).apply(to: &document)
    try self.init(of: document, opset: opset, on: input, executor: executor)
  }

  /// The loss of a model that was made from the float one, whose values kept their names.
  ///
  /// - Parameter hardware: whose arithmetic to compute it in.
  public func loss(
    of model: Model, on hardware: Hardware = .exact, executor: some OrderedExecutor
  ) throws -> Double {
    let document = Document(model)
    return Self.mean(
      try losses(of: document, opset: document.opset, on: hardware, executor: executor))
  }

  /// The loss of a whole network.
  func loss(of network: Document, opset: Int, executor: some OrderedExecutor) throws -> Double {
    Self.mean(try losses(of: network, opset: opset, executor: executor))
  }

  static func mean(_ losses: [Double]) -> Double {
    losses.reduce(0, +) / Double(max(losses.count, 1))
  }

  /// What a network loses of each sample; the loss is their mean.
  func losses(
    of network: Document, opset: Int, on hardware: Hardware = .exact,
    executor: some OrderedExecutor
  ) throws -> [Double] {
    let segment = try Segment(
      of: network, opset: opset, from: [source: try input.input(units[0]).shape], to: outputs,
      hardware: hardware)
    let found = try Self.rows(of: segment, outputs, units, samples, executor) {
      [source: try input.input($0)]
    }
    return zip(expected, found).enumerated().flatMap { unit, rows in
      (0..<samples[unit]).map { loss(of: $0, in: unit, rows.0, rows.1) }
    }
  }

  /// - Parameters:
  ///   - expected: rows of the unit's samples by output, of the float network; `found`: of another.
  private func loss(
    of sample: Int, in unit: Int, _ expected: [[Float]], _ found: [[Float]]
  ) -> Double {
    var loss = 0.0
    for (index, variance) in variances.enumerated() where variance > 0 {
      let width = expected[index].count / samples[unit]
      let row = sample * width..<(sample + 1) * width
      guard found[index].count == expected[index].count else { return .infinity }
      loss += Self.squaredDistance(expected[index][row], found[index][row]) / variance
    }
    return loss.isNaN ? .infinity : loss
  }

  private static func rows(
    of segment: Segment, _ outputs: [String], _ units: [Int], _ samples: [Int],
    _ executor: some OrderedExecutor,
    from known: @escaping @Sendable (_ unit: Int) throws -> [String: Tensor]
  ) throws -> [[[Float]]] {
    var results: [[[Float]]] = []
    try executor.run(units: units.count) {
      let runner = Segment.Runner(segment)
      return { index in
        let values = try runner.run(known(units[index]))
        return outputs.map { Self.rows(values[$0]!, samples: samples[index]) }
      }
    } consume: {
      results.append($1)
    }
    return results
  }

  /// The rows of a unit's samples; none where the value has not one for each.
  private static func rows(_ value: Tensor, samples: Int) -> [Float] {
    guard value.dtype == .float32, let batch = value.shape.dims.first, batch >= samples else {
      return []
    }
    return Array(value.array(of: Float.self).prefix(samples * value.shape.count(1...)))
  }

  private static func squaredDistance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.1 - $1.0) * Double($1.1 - $1.0) }
  }

  /// E‖y − E[y]‖² over samples, summed over the places of a row.
  private static func variance(_ units: [[Float]], samples: Int) -> Double {
    let values = Array(units.joined())
    let width = values.count / max(samples, 1)
    guard width > 0, values.count == width * samples else { return 0 }
    var moments = ErrorMoments(candidates: 1, outputs: width)
    moments.rows = samples
    moments.add(0, 0, values)
    return max(moments.variances[0], 0)
  }
}
