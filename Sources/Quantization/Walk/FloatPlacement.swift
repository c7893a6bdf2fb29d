import CalibrantEngine

/// Finds the few activations whose rounding is most of what a network loses, and cheap to do without.
///
/// Without rounding an activation the network is closer to the float one, but for chance; the question is which are worth
/// it. What a detector's class scores lose may come from two of a hundred activations, each read by one narrow layer at the
/// network's end, so these are tried first. Others are found by halves: where leaving a part of the network in float
/// gains little, it is not looked at more closely.
public struct FloatPlacement: Sendable {
  private let graph: Graph
  private let layers: LayerPlan
  private let quantizer: Quantizer
  /// Members of each group of activations that share a scale.
  private let groups: [[String]]

  private let limits: SearchLimits

  public init(
    _ model: PreparedModel, quantizer: Quantizer, limits: SearchLimits = SearchLimits()
  ) throws(QuantizationError) {
    graph = try model.upgraded()
    layers = try LayerPlan(graph, scheme: quantizer.scheme, policy: quantizer.policy)
    (self.quantizer, self.limits) = (quantizer, limits)
    groups = ActivationPlacement(graph, anchors: layers.quantized.map(\.layer)).groups
      .map(\.members)
  }

  /// - Parameters: `ranges` and `fallback` as of `Quantizer.quantize`.
  /// - Returns: nil where nothing is to stay in float.
  public func choose(
    _ budget: FloatBudget, _ ranges: ActivationRanges, fallback: ActivationRanges,
    on input: some WalkInput, executor: some OrderedExecutor
  ) throws -> FloatActivations? {
    guard budget.share > 0, !groups.isEmpty,
      let judge = try NetworkLoss(of: graph, on: input, executor: executor)
    else { return nil }
    func placement(_ floats: Set<Int>, _ judge: NetworkLoss) throws -> Placement {
      let activations = try quantizer.activations(
        of: graph, layers, ranges: ranges.leaving(names(of: floats)), fallback: fallback)
      var writer = QDQWriter(graph)
      writer.addActivations(activations)
      // Of all samples: what is lost may be lost on few of them.
      return Placement(
        floats: floats, errors: try judge.errors(of: writer.finished(), executor: executor))
    }
    let tolerated = budget.toleratedLoss(weightBits: quantizer.scheme.weights.bits)
    guard try placement([], judge).loss > tolerated,
      let judge = try NetworkLoss(of: graph, on: input, .both, executor: executor)
    else { return nil }
    let shares = try multiplyAccumulates(on: input)
    let whole = try placement([], judge)
    var best = whole
    func take(_ places: Set<Int>) throws {
      let floats = best.floats.union(places)
      guard floats.reduce(0, { $0 + shares[$1] }) <= budget.share, best.loss > budget.aim else {
        return
      }
      let found = try placement(floats, judge)
      if Gain(from: best.errors, to: found.errors).share > budget.matters { best = found }
    }
    try take(lastGroups())
    for place in try costly(best, budget, { try placement($0, judge).errors }) { try take([place]) }
    return best.floats.isEmpty
      ? nil
      : FloatActivations(
        names: names(of: best.floats), share: best.floats.reduce(0) { $0 + shares[$1] },
        lossBefore: whole.loss, lossAfter: best.loss)
  }

  /// What stays in float, and what the network then loses on each sample.
  private struct Placement {
    let floats: Set<Int>
    let errors: [Double]
    var loss: Double { NetworkLoss.loss(ofErrors: errors) }
  }

  private func names(of floats: Set<Int>) -> [String] { floats.sorted().flatMap { groups[$0] } }

  /// What layers read that no other layer follows.
  private func lastGroups() -> Set<Int> {
    let followed = graph.valuesBefore(Set(layers.layers.map(\.node)))
    let last = layers.quantized.map(\.layer).filter { layer in
      !graph.nodes[layer.node].computed.contains(where: followed.contains)
    }
    let read = Set(last.map(\.input))
    return Set(groups.indices.filter { groups[$0].contains(where: read.contains) })
  }

  /// The groups that make up much of the error by themselves, the largest first.
  private func costly(
    _ best: Placement, _ budget: FloatBudget, _ errors: (Set<Int>) throws -> [Double]
  ) throws -> [Int] {
    var left = limits.placements
    var found: [(group: Int, gain: Double)] = []
    var parts = groups.count > 1 ? PartwiseSearch.halves(of: groups.indices) : [groups.indices]
    while !parts.isEmpty {
      var closer: [Range<Int>] = []
      for part in parts where left > 0 {
        let floats = best.floats.union(part)
        guard floats != best.floats else { continue }
        left -= 1
        let gain = Gain(from: best.errors, to: try errors(floats)).share
        guard gain > budget.matters else { continue }
        if part.count == 1 { found.append((part.lowerBound, gain)) }
        closer += PartwiseSearch.halves(of: part)
      }
      parts = closer
    }
    return found.sorted { ($1.gain, $0.group) < ($0.gain, $1.group) }.map(\.group)
  }

  /// By group, what the layers compute that read it, as a share of all.
  private func multiplyAccumulates(on input: some WalkInput) throws -> [Double] {
    let sources = graph.inputs.map(\.name)
    let wanted = Set(layers.layers.map(\.input)).sorted()
    let segment = try Segment(of: graph, from: input.types(0, of: sources), to: wanted)
    let values = try Segment.Runner(segment).run(input.values(0, of: sources))
    let quantized = Set(layers.quantized.map(\.layer.node))
    var total = 0.0
    var read: [String: Double] = [:]
    for layer in layers.layers {
      guard let stored = try graph.floats(layer.weight), let value = values[layer.input],
        let matrix = WeightMatrix(layer, graph.nodes[layer.node], stored),
        let columns = matrix.columns(graph.nodes[layer.node], input: value.shape)
      else { continue }
      let count = Double(columns.positions * matrix.outputs * matrix.depth)
      total += count
      if quantized.contains(layer.node) { read[layer.input, default: 0] += count }
    }
    return groups.map { $0.reduce(0) { $0 + (read[$1] ?? 0) } / max(total, 1) }
  }
}

extension Graph {
  /// All that the inputs of some nodes follow from, and these.
  fileprivate func valuesBefore(_ ends: Set<Int>) -> Set<String> {
    var values: Set<String> = []
    for (index, node) in nodes.enumerated().reversed()
    where ends.contains(index) || node.computed.contains(where: values.contains) {
      values.formUnion(node.read)
    }
    return values
  }
}
