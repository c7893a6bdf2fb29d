import CalibrantEngine

/// Visits the layers of a model in order and fits each one, weights and bias, to what it reads in the quantized network:
/// what earlier layers broke is repaired by later ones.
///
/// The float network and the quantized one run side by side over the calibration samples. Every layer takes one pass,
/// from the nearest place of which all values are kept in memory.
public struct SequentialWalk: Sendable {
  public var options: WalkOptions
  private let scheme: Scheme
  private var networks: WalkNetworks
  private let plan: LayerPlan
  private let readers: [String: [Int]]
  private let activations: ActivationQuantization

  /// - Parameters: as of `Quantizer.quantize`.
  public init(
    _ model: PreparedModel, quantizer: Quantizer, ranges: ActivationRanges,
    fallback: ActivationRanges,
    options: WalkOptions = WalkOptions()
  ) throws(QuantizationError) {
    let graph = try model.upgraded()
    plan = try LayerPlan(graph, scheme: quantizer.scheme, policy: quantizer.policy)
    activations = try quantizer.activations(
      of: graph, plan, ranges: ranges, fallback: fallback)
    networks = WalkNetworks(graph, activations: activations)
    readers = graph.consumers()
    scheme = quantizer.scheme
    self.options = options
  }

  /// - Parameters:
  ///   - judge: takes back what was fitted where the network's outputs lose less without it; nil takes nothing back.
  ///   - known: what an earlier, interrupted run of the same walk solved, by the name of the layer's weights.
  ///   - report: called with the layers done, counting parts, and their total.
  ///   - solved: called with each layer as it is done, unless it was known.
  /// - Returns: by the name of the layer's weights.
  public func run(
    on input: some WalkInput, executor: some OrderedExecutor, judge: NetworkLoss? = nil,
    known: [String: LayerCalibration] = [:],
    report: (_ done: Double, _ total: Int) -> Void = { _, _ in },
    solved: (_ layer: String, _ result: LayerCalibration) throws -> Void = { _, _ in }
  ) throws -> Calibration {
    var walk = self
    let sources = networks.float.inputs.map(\.name)
    guard !sources.isEmpty, input.unitCount > 0 else { return Calibration() }
    let kept = KeptValues(input, names: sources)
    var calibration = Calibration()
    for (index, layer) in plan.layers.enumerated() {
      if calibration.layers[layer.weight] == nil, let result = known[layer.weight],
        result.fits(layer)
      {
        try walk.networks.apply(result, to: layer)
        calibration.layers[layer.weight] = result
        continue
      }
      report(Double(index), plan.layers.count)
      let isFirstUse = calibration.layers[layer.weight] == nil
      guard isFirstUse, let stored = try networks.float.floats(layer.weight),
        let matrix = WeightMatrix(layer, networks.float.nodes[layer.node], stored)
      else { continue }
      let pass = LayerPass(
        layer: layer, matrix: matrix, networks: walk.networks, kept: kept, input: input,
        needsCovariances: roundsOptimally(matrix, plan.bits[index]),
        budget: options.keptBytes)
      let inputs = try pass.run(on: executor) { share in
        report(Double(index) + share, plan.layers.count)
      }
      guard let inputs else { continue }
      guard inputs.areFinite else {
        throw QuantizationError.nonFiniteInputs(tensor: layer.input, layer: layer.name)
      }
      let result = try solve(layer, plan.bits[index], matrix, inputs, executor)
      try walk.networks.apply(result, to: layer)
      calibration.layers[layer.weight] = result
      try solved(layer.weight, result)
    }
    report(Double(plan.layers.count), plan.layers.count)
    guard let judge else { return calibration }
    return try JudgedLayers(
      judge: judge, networks: networks,
      layers: plan.layers.filter { calibration.layers[$0.weight] != nil },
      limits: options.searchLimits
    ).judged(calibration, executor: executor)
  }

  private func roundsOptimally(_ matrix: WeightMatrix, _ bits: Int?) -> Bool {
    bits != nil && options.rounding == .optimal && matrix.depth <= options.widestOptimal ?? .max
  }

  private func solve(
    _ layer: WeightedLayer, _ bits: Int?, _ matrix: WeightMatrix, _ inputs: LayerInputs,
    _ executor: some OrderedExecutor
  ) throws -> LayerCalibration {
    var result = LayerCalibration()
    var values = matrix.values
    let judge = try HeldOutError(matrix, inputs.heldOutRows, on: executor)
    let granularity = scheme.weights.axis(of: layer) == nil ? Granularity.perTensor : .perChannel
    let blockSize = bits.flatMap { scheme.weights.blockSize(of: layer, bits: $0) }
    let solver = LayerSolver(
      matrix: matrix, inputs: inputs, grid: scheme.weights.grid(bits: bits),
      granularity: granularity, blockSize: blockSize)
    let movesBias = options.correctsBiases && networks.float.mayChangeBias(of: layer, readers)
    if bits != nil {
      let safety = safety(of: layer, matrix, solver.grid)
      let choice = try solver.choose(
        safety, repairs: options.repairsEarlierLayers, judge: judge, on: executor)
      var plain = solver
      if choice.isBounded { plain.pairs = safety?.order }
      let nearest = plain.nearest()
      result.errors = choice.errors
      result.isSaturationSafe = choice.isBounded ? true : nil
      values = choice.rounding.values
      result.weights = stored(choice.rounding, of: layer, matrix, blockSize)
      if choice.rounding.codes != nearest.codes {
        result.nearest = NearestCodes(
          weights: stored(nearest, of: layer, matrix, blockSize),
          biasShift: movesBias ? solver.biasShift(nearest.values) : nil)
      }
    }
    result.relativeError = try judge?.relativeError(of: values, on: executor)
    if movesBias { result.biasShift = solver.biasShift(values) }
    return result
  }

  private func stored(
    _ rounding: LayerSolver.RoundedWeights, of layer: WeightedLayer, _ matrix: WeightMatrix,
    _ blockSize: Int?
  ) -> QuantizedWeights {
    QuantizedWeights(
      codes: matrix.stored(rounding.codes), shape: layer.shape,
      axis: scheme.weights.axis(of: layer), blockSize: blockSize,
      parameters: blockSize == nil ? rounding.parameters : matrix.stored(rounding.parameters))
  }
}

extension SequentialWalk {
  /// nil where no runtime computes the layer on codes, or none that clamps.
  private func safety(
    of layer: WeightedLayer, _ matrix: WeightMatrix, _ grid: QuantizationGrid
  ) -> LayerSafety? {
    guard options.saturationSafety != .never, grid.isSymmetric,
      2 * grid.codes.upperBound > PairBound.limit, let order = matrix.pairOrder,
      let input = activations.parameters[layer.input], input.count == 1, isQuantized(after: layer)
    else { return nil }
    return LayerSafety(mode: options.saturationSafety, order: order, input: input[0])
  }

  /// Runtimes convolve codes where the output becomes codes too; matrix products they compute on codes anyway.
  private func isQuantized(after layer: WeightedLayer) -> Bool {
    guard layer.opType == "Conv" else { return true }
    let nodes = networks.float.nodes
    guard let output = nodes[layer.node].output else { return false }
    if activations.parameters[output] != nil { return true }
    return (readers[output] ?? []).contains { reader in
      nodes[reader].is("Relu", "Clip")
        && nodes[reader].computed.contains { activations.parameters[$0] != nil }
    }
  }
}

/// What a walk does at each layer.
public struct WalkOptions: Sendable {
  public var correctsBiases = true
  public var rounding = WeightRounding.optimal
  /// Inputs per output of the widest layers that are rounded optimally; wider ones, which average over more rounding
  /// errors and take longer, are rounded to nearest. nil sets no bound.
  public var widestOptimal: Int?
  /// Whether optimal rounding aims at the float network's outputs, not at those of the float weights on quantized inputs.
  public var repairsEarlierLayers = true
  /// Whether weights are kept where x86 without VNNI clamps no sum.
  public var saturationSafety = SaturationSafety.never
  public var searchLimits = SearchLimits()
  /// Bytes of intermediate values to keep; past them, values are computed again from the last place that fits.
  ///
  /// nil takes more for optimal rounding, which runs every sample, and at most a quarter of what the process may have.
  public var memoryBudget: Int?
  var keptBytes: Int {
    let wanted = (rounding == .optimal ? 384 : 192) << 20
    return memoryBudget
      ?? min(wanted, AvailableResources.memory / 4, AvailableResources.addressSpace / 4)
  }

  public init() {}
}
