import CalibrantEngine
import CalibrantONNXFormat

/// Chooses a method per activation by what its range costs the layers that read it, on held-out calibration samples.
///
/// For each candidate Q the score is the variance of W (Q(x) − x) over sampled rows x of the float network, summed over
/// outputs and over the layers that read the tensor; the mean is left out, since bias correction takes it. Tensors that no
/// layer reads (operands of Add, say) get the candidate with the smallest error of the tensor itself. The network then
/// decides between these choices, one method for all tensors, and other methods for parts of it (`PartwiseSearch`).
public struct RangeSelection: Sendable {
  private let graph: Graph
  private let readers: [Reader]
  fileprivate let candidates: [Candidates]
  private let layers: LayerPlan
  private let quantizer: Quantizer
  private let suggested: SuggestedRanges
  private let limits: SearchLimits

  /// A layer, its weights, and the group whose range it depends on.
  private struct Reader: Sendable {
    let layer: WeightedLayer
    let matrix: WeightMatrix
    let group: Int
  }

  /// What the methods suggest for the tensors of a group.
  fileprivate struct Candidates: Sendable {
    let deciding: [String]
    let methods: [String]
    let twins: [String: String]
    let ranges: [[String: ValueRange]]
    let parameters: [QuantizationParameters]
  }

  /// Rows that are looked at, of all samples together.
  private static let rows = 1024

  public init(
    _ model: PreparedModel, quantizer: Quantizer, _ suggested: SuggestedRanges,
    grid: QuantizationGrid, limits: SearchLimits = SearchLimits()
  ) throws(QuantizationError) {
    let graph = try model.upgraded()
    let plan = try LayerPlan(graph, scheme: quantizer.scheme, policy: quantizer.policy)
    let placement = ActivationPlacement(graph, anchors: plan.quantized.map(\.layer))
    var candidates: [Candidates] = []
    var groupOf: [String: Int] = [:]
    for group in placement.groups {
      guard let found = Candidates(group, suggested, grid) else { continue }
      for member in group.members { groupOf[member] = candidates.count }
      candidates.append(found)
    }
    var readers: [Reader] = []
    for layer in plan.quantized.map(\.layer) {
      guard let group = groupOf[layer.input], let stored = try graph.floats(layer.weight),
        let matrix = WeightMatrix(layer, graph.nodes[layer.node], stored)
      else { continue }
      readers.append(Reader(layer: layer, matrix: matrix, group: group))
    }
    self.graph = graph
    self.candidates = candidates
    self.readers = readers
    layers = plan
    (self.quantizer, self.suggested, self.limits) = (quantizer, suggested, limits)
  }

  /// - Parameter fallback: ranges where nothing is to be chosen.
  public func choose(
    _ fallback: ActivationRanges, on input: some WalkInput, executor: some OrderedExecutor
  ) throws -> RangeChoices {
    let scores = try scores(on: input, executor: executor)
    let own: PartwiseSearch.Plan = candidates.indices.map { group in
      guard let errors = scores[group] else { return nil }
      let best = errors.indices.reduce(0) { errors[$1] < errors[$0] ? $1 : $0 }
      return methods.firstIndex(of: candidates[group].methods[best])
    }
    var chosen = RangeChoices(ranges: fallback)
    let plan = try settle(own, &chosen, fallback, on: input, executor)
    chosen.ranges = ranges(of: plan, fallback)
    for (group, candidates) in candidates.enumerated() {
      guard let errors = scores[group], let method = plan[group] else { continue }
      chosen.tensors.append(
        RangeChoices.Tensors(
          names: candidates.deciding, method: candidates.original(methods[method]),
          scores: candidates.scores(errors)))
    }
    return chosen
  }

  private var methods: [String] { suggested.uniform.map(\.method) }

  private func ranges(of plan: PartwiseSearch.Plan, _ fallback: ActivationRanges)
    -> ActivationRanges
  {
    var ranges = fallback
    for (group, method) in plan.enumerated() {
      guard let method else { continue }
      let source = suggested.uniform[method].ranges
      for name in candidates[group].deciding {
        ranges.tensors[name] = source.tensors[name]
        ranges.channels[name] = source.channels[name]
      }
    }
    return ranges
  }

  /// The plan that loses least of the network's outputs: each group's own choice, one method for all, or a mixture of
  /// these by parts of the network.
  ///
  /// What is best for every layer alone need not be best for all together: rounding errors of neighbouring positions average
  /// out on their way, those of clipping go together, and a few huge values may be all of a layer's variance and nothing
  /// to the network.
  private func settle(
    _ own: PartwiseSearch.Plan, _ chosen: inout RangeChoices, _ fallback: ActivationRanges,
    on input: some WalkInput, _ executor: some OrderedExecutor
  ) throws -> PartwiseSearch.Plan {
    guard !candidates.isEmpty,
      let judge = try NetworkLoss(of: graph, on: input, executor: executor)
    else { return own }
    func errors(
      _ plan: PartwiseSearch.Plan, _ judge: NetworkLoss, _ rival: [Double]? = nil
    ) throws -> [Double] {
      let activations = try quantizer.activations(
        of: graph, layers, ranges: ranges(of: plan, fallback), fallback: ActivationRanges())
      var writer = QDQWriter(graph)
      writer.addActivations(activations)
      return try judge.errors(
        of: writer.finished(), against: rival, executor: executor)
    }
    var best = (plan: own, errors: try errors(own, judge))
    chosen.add(.init(plan: .ownEach, error: NetworkLoss.loss(ofErrors: best.errors)))
    for method in methods.indices {
      let plan = PartwiseSearch.Plan(repeating: method, count: own.count)
      let found = try errors(plan, judge, best.errors)
      // Of a run that ended early, what it would lose if it were behind by as much on all samples.
      let gain = Gain(from: best.errors, to: found).mean
      let loss = NetworkLoss.loss(ofErrors: best.errors.map { $0 - gain })
      chosen.add(.init(plan: .uniform(methods[method]), error: loss))
      if gain > 0 { best = (plan, found) }
    }
    let search = PartwiseSearch(
      options: methods.count, trials: limits.mixtures, isSame: isSame
    ) { try errors($0, judge, $1) }
    let refined = try search.refined(best.plan, errors: best.errors, parts: .halves)
    guard refined.plan != best.plan else { return best.plan }
    // A mixture is the best of many for the samples that judged; others must say that it is better than what it is made of.
    if let witness = try NetworkLoss(
      of: graph, on: input, .others, executor: executor)
    {
      let before = try errors(best.plan, witness)
      let after = try errors(refined.plan, witness, before)
      if Gain(from: before, to: after).mean < 0 { return best.plan }
    }
    chosen.add(.init(plan: .parts, error: NetworkLoss.loss(ofErrors: refined.errors)))
    return refined.plan
  }

  /// Whether two methods give a group the same scale and zero point.
  private func isSame(_ group: Int, _ a: Int?, _ b: Int?) -> Bool {
    guard let a, let b else { return a == b }
    return candidates[group].original(methods[a]) == candidates[group].original(methods[b])
  }

  /// By group, the error of each candidate; nil for groups that no layer reads.
  private func scores(
    on input: some WalkInput, executor: some OrderedExecutor
  ) throws -> [Int: [Double]] {
    let units = SamplingPlan(unitCount: input.unitCount, sampleCount: input.sampleCount)
      .judges(samples: input.samples)
    let samples = units.reduce(0) { $0 + input.samples(in: $1) }
    let sources = graph.inputs.map(\.name)
    guard samples > 0, !sources.isEmpty else { return [:] }
    let rowsPerSample = max(Self.rows / samples, 1)
    let wanted = Array(Set(readers.map(\.layer.input))).sorted()
    let segment = try Segment(
      of: graph, from: input.types(0, of: sources), to: wanted)
    var moments = readers.map { reader in
      ErrorMoments(
        candidates: candidates[reader.group].parameters.count, outputs: reader.matrix.outputs)
    }
    try executor.run(units: units.count) {
      let runner = Segment.Runner(segment)
      return { index in
        let unit = units[index]
        let values = try runner.run(input.values(unit, of: sources))
        return readers.map { reader in
          values[reader.layer.input].flatMap {
            measure(
              reader, $0, samples: input.samples(in: unit), rowsPerSample: rowsPerSample, unit)
          }
        }
      }
    } consume: { _, measured in
      for (index, part) in measured.enumerated() { if let part { moments[index].add(part) } }
    }
    var scores: [Int: [Double]] = [:]
    for (reader, moments) in zip(readers, moments) where moments.rows > 0 {
      let variances = moments.variances
      scores[reader.group] =
        scores[reader.group].map { zip($0, variances).map { $0 + $1 } } ?? variances
    }
    return scores
  }

  private func measure(
    _ reader: Reader, _ x: Tensor, samples: Int, rowsPerSample: Int, _ unit: Int
  ) -> ErrorMoments? {
    let (matrix, layer) = (reader.matrix, reader.layer)
    guard x.dtype == .float32,
      let columns = matrix.columns(graph.nodes[layer.node], input: x.shape),
      columns.depth == matrix.depth, columns.groups == matrix.groups
    else { return nil }
    let sample = InputSample(
      x, nil, columns, samples: samples, rowsPerSample: rowsPerSample, seed: unit)
    let parameters = candidates[reader.group].parameters
    var moments = ErrorMoments(candidates: parameters.count, outputs: matrix.outputs)
    moments.rows = sample.rows
    for (candidate, parameters) in parameters.enumerated() {
      let errors = sample.floatRows.map { parameters.fakeQuantize($0) - $0 }
      for group in 0..<matrix.groups {
        moments.add(candidate, group, matrix.product(errors, group, rows: sample.rows))
      }
    }
    return moments
  }
}

extension RangeSelection.Candidates {
  /// - Returns: nil where a range is not known from observation, or all methods agree.
  fileprivate init?(
    _ group: ActivationPlacement.Group, _ suggested: SuggestedRanges, _ grid: QuantizationGrid
  ) {
    let seen = group.deciding.filter { suggested.best.tensors[$0] != nil }
    guard !seen.isEmpty, seen.count == group.deciding.count else { return nil }
    var methods: [String] = []
    var twins: [String: String] = [:]
    var ranges: [[String: ValueRange]] = []
    var parameters: [QuantizationParameters] = []
    for (method, all) in suggested.uniform {
      let own = all.tensors.filter { seen.contains($0.key) }
      let union = seen.dropFirst().reduce(own[seen[0]]!) { $0.union(own[$1]!) }
      let code = grid.parameters(for: union)
      if let twin = parameters.firstIndex(of: code) {
        twins[method] = methods[twin]
        continue
      }
      methods.append(method)
      ranges.append(own)
      parameters.append(code)
    }
    guard parameters.count > 1 else { return nil }
    deciding = seen
    (self.methods, self.twins) = (methods, twins)
    (self.ranges, self.parameters) = (ranges, parameters)
  }

  /// The method in `methods` that gives the same scale and zero point.
  func original(_ method: String) -> String { twins[method] ?? method }

  func scores(_ errors: [Double]) -> [RangeChoices.Score] {
    errors.indices.map { index in
      let range = ranges[index].values.reduce(ValueRange.zero) { $0.union($1) }
      return RangeChoices.Score(method: methods[index], range: range, error: errors[index])
    }
  }
}
