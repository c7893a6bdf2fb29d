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
    let networks = try plans.map { ranges in
      let activations = try quantizer.activations(
        of: document, plan, ranges: ranges, fallback: ActivationRanges())
      return WalkNetworks(document, activations: activations, opset: opset).quantized
    }
    let outputs = document.outputsBeforeSoftmax
    let segments = try ([document] + networks).map {
      try Segment(of: $0, opset: opset, from: known, to: outputs)
    }
    var totals = [ErrorMoments?](repeating: nil, count: outputs.count)
    try executor.run(units: units.count) {
      let runners = segments.map(Segment.Runner.init)
      return { index in
        let values = [source: try input.input(units[index])]
        let results = try runners.map { try $0.run(values) }
        let samples = input.samples(in: units[index])
        return outputs.map { name in Self.moments(results.map { $0[name]! }, samples: samples) }
      }
    } consume: { _, measured in
      for (index, part) in measured.enumerated() {
        guard let part else { continue }
        if totals[index]?.add(part) == nil { totals[index] = part }
      }
    }
    let variances = totals.compactMap { $0?.variances }.filter { $0[0] > 0 }
    return plans.indices.map { plan in variances.reduce(0) { $0 + $1[plan + 1] / $1[0] } }
  }

  /// Of one output in all networks: the float network's values first, then how far the others are from them.
  ///
  /// - Returns: nil where the output holds no floats, or not one row per sample.
  private static func moments(_ results: [Tensor], samples: Int) -> ErrorMoments? {
    let float = results[0]
    guard float.dtype == .float32, let batch = float.shape.dims.first, batch >= samples,
      results.allSatisfy({ $0.shape == float.shape })
    else { return nil }
    let width = float.shape.count(1...)
    let expected = float.array(of: Float.self).prefix(samples * width)
    var moments = ErrorMoments(candidates: results.count, outputs: width)
    moments.rows = samples
    moments.add(0, 0, Array(expected))
    for (index, result) in results.enumerated().dropFirst() {
      moments.add(index, 0, zip(result.array(of: Float.self), expected).map { $0 - $1 })
    }
    return moments
  }
}
