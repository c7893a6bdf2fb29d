import CalibrantEngine

/// One pass over the calibration samples, which gathers what is to be known of one layer's inputs.
struct LayerPass {
  let layer: WeightedLayer
  let matrix: WeightMatrix
  let networks: WalkNetworks
  let kept: KeptValues
  let input: any WalkInput
  let needsCovariances: Bool
  let budget: Int

  /// What a worker makes of a unit.
  private struct UnitResult: Sendable {
    let sample: InputSample
    /// Nil where the walk goes on from where it is.
    let kept: UnitValues?
  }

  /// - Returns: nil where the layer's input is in no form that can be looked at.
  func run(
    on executor: some OrderedExecutor, report: (_ share: Double) -> Void
  ) throws -> LayerInputs? {
    let first = try kept.values(of: 0)
    let live = networks.float.liveValues(before: layer.node)
    let reading = (
      reference: networks.referenceInput(of: layer), quantized: networks.quantizedInput(of: layer)
    )
    let advancing = try Segments(networks, from: first, to: reading, keeping: live)
    let trial = try advancing.run(first)
    guard let x = trial.reference[reading.reference], x.dtype == .float32,
      let columns = matrix.columns(networks.float.nodes[layer.node], input: x.shape),
      columns.depth == matrix.depth, columns.groups == matrix.groups
    else { return nil }
    let rows = x.shape[0]
    let sources = Set(networks.float.inputs.map(\.name))
    let canKeep = live.allSatisfy { name in
      trial.reference[name].map {
        ($0.dtype == .float32 || sources.contains(name)) && $0.shape.dims.first == rows
      } ?? false
    }
    let keeps = canKeep && trial.limited(to: live).byteCount * input.unitCount <= budget
    let segments =
      keeps ? advancing : try Segments(networks, from: first, to: reading, keeping: [])
    let sampling = SamplingPlan(unitCount: input.unitCount, sampleCount: input.sampleCount)
    var inputs = LayerInputs(columns, needsCovariances: needsCovariances)
    try executor.run(units: input.unitCount) {
      let worker = segments.worker()
      return { unit in try process(unit, worker, columns, sampling, keeping: keeps ? live : nil) }
    } consume: { unit, result in
      if let values = result.kept { kept.keep(values, of: unit) }
      try inputs.add(result.sample, isHeldOut: sampling.isHeldOut(unit), on: executor)
      report(Double(unit + 1) / Double(input.unitCount))
    }
    try inputs.finish(matrix, on: executor)
    return inputs
  }

  private func process(
    _ unit: Int, _ worker: Segments.Worker, _ columns: LayerColumns, _ sampling: SamplingPlan,
    keeping live: [String]?
  ) throws -> UnitResult {
    let values = try worker.run(kept.values(of: unit))
    let kept = live.map { values.limited(to: $0) }
    let x = values.reference[networks.referenceInput(of: layer)]!
    // Units may differ in shape, as images of different widths do.
    guard let own = matrix.columns(networks.float.nodes[layer.node], input: x.shape),
      own.depth == columns.depth, own.groups == columns.groups
    else {
      let nothing = InputSample(groups: columns.groups, depth: columns.depth)
      return UnitResult(sample: nothing, kept: kept)
    }
    let isHeldOut = sampling.isHeldOut(unit)
    let rows =
      needsCovariances
      ? sampling.rowsPerSample(own, isHeldOut: isHeldOut)
      : sampling.reportedRowsPerSample(isHeldOut: isHeldOut)
    let sample = InputSample(
      x, values.quantized[networks.quantizedInput(of: layer)]!, own,
      samples: input.samples(in: unit), rowsPerSample: rows, seed: unit)
    return UnitResult(sample: sample, kept: kept)
  }
}

extension UnitValues {
  func limited(to names: [String]) -> UnitValues {
    let names = Set(names)
    return UnitValues(
      reference: reference.filter { names.contains($0.key) },
      quantized: quantized.filter { names.contains($0.key) })
  }
}

/// The same part of the reference and the quantized network.
struct Segments: Sendable {
  private let reference: Segment
  private let quantized: Segment

  /// - Parameter live: values to compute besides.
  init(
    _ networks: WalkNetworks, from known: UnitValues,
    to reading: (reference: String, quantized: String), keeping live: [String]
  ) throws {
    reference = try Segment(
      of: networks.reference, from: known.reference.mapValues(\.type),
      to: [reading.reference] + live)
    quantized = try Segment(
      of: networks.quantized, from: known.quantized.mapValues(\.type),
      to: [reading.quantized] + live)
  }

  final class Worker {
    private let reference: Segment.Runner
    private let quantized: Segment.Runner

    init(_ segments: Segments) {
      reference = Segment.Runner(segments.reference)
      quantized = Segment.Runner(segments.quantized)
    }

    func run(_ values: UnitValues) throws -> UnitValues {
      UnitValues(
        reference: try reference.run(values.reference),
        quantized: try quantized.run(values.quantized))
    }
  }

  func worker() -> Worker { Worker(self) }
  func run(_ values: UnitValues) throws -> UnitValues { try worker().run(values) }
}
