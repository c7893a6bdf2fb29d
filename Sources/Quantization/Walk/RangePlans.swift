import Engine

/// Compares ranges for a whole network by what they cost its outputs on held-out calibration samples.
///
/// What is best for every layer alone need not be best for all together: rounding errors of neighbouring positions average
/// out on their way, those of clipping go together.
struct RangePlans: Sendable {
  /// One method for all tensors.
  let uniform: [(method: String, ranges: ActivationRanges)]
  private let document: Document
  private let opset: Int
  private let plan: LayerPlan
  private let quantizer: Quantizer

  init(
    _ document: Document, opset: Int, _ plan: LayerPlan, _ quantizer: Quantizer,
    uniform: [(method: String, ranges: ActivationRanges)]
  ) {
    self.document = document
    self.opset = opset
    self.plan = plan
    self.quantizer = quantizer
    self.uniform = uniform
  }

  /// By plan, the share of the outputs' variance that is error.
  ///
  /// - Parameter units: of `input`, those to judge by.
  func errors(
    of plans: [ActivationRanges], on input: some WalkInput, units: [Int],
    executor: some OrderedExecutor
  ) throws -> [Double] {
    guard let source = document.inputs.first?.name, !units.isEmpty else { return [] }
    let known = [source: try input.input(units[0]).shape]
    let names = document.outputsBeforeSoftmax
    // One network after the other: each holds all weights.
    func outputs(of network: Document) throws -> [[Tensor]] {
      let segment = try Segment(of: network, opset: opset, from: known, to: names)
      var results: [[Tensor]] = []
      try executor.run(units: units.count) {
        let runner = Segment.Runner(segment)
        return { index in
          let values = try runner.run([source: try input.input(units[index])])
          return names.map { values[$0]! }
        }
      } consume: {
        results.append($1)
      }
      return results
    }
    let float = try outputs(of: document)
    return try plans.map { ranges in
      let activations = try quantizer.activations(
        of: document, plan, ranges: ranges, fallback: ActivationRanges())
      let network = WalkNetworks(document, activations: activations, opset: opset).quantized
      return error(of: try outputs(of: network), against: float, samples: units.map(input.samples))
    }
  }

  /// The share of the outputs' variance that is error, summed over outputs; both by unit and output.
  private func error(of found: [[Tensor]], against float: [[Tensor]], samples: [Int]) -> Double {
    var totals = [ErrorMoments?](repeating: nil, count: float.first?.count ?? 0)
    for unit in float.indices {
      for (index, pair) in zip(float[unit], found[unit]).enumerated() {
        guard let part = Self.moments(pair.0, pair.1, samples: samples[unit]) else { continue }
        if totals[index]?.add(part) == nil { totals[index] = part }
      }
    }
    let variances = totals.compactMap { $0?.variances }.filter { $0[0] > 0 }
    return variances.reduce(0) { $0 + $1[1] / $1[0] }
  }

  /// Of one output: the float network's values, and how far another's are from them.
  ///
  /// - Returns: nil where the output holds no floats, or not one row per sample.
  private static func moments(_ float: Tensor, _ found: Tensor, samples: Int) -> ErrorMoments? {
    guard float.dtype == .float32, let batch = float.shape.dims.first, batch >= samples,
      found.shape == float.shape
    else { return nil }
    let width = float.shape.count(1...)
    let expected = float.array(of: Float.self).prefix(samples * width)
    var moments = ErrorMoments(candidates: 2, outputs: width)
    moments.rows = samples
    moments.add(0, 0, Array(expected))
    moments.add(1, 0, zip(found.array(of: Float.self), expected).map { $0 - $1 })
    return moments
  }
}
