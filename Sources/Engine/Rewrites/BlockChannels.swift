extension Graph {
  /// Lets convolutions and what stands between them compute on blocked tensors (`ChannelBlocks`).
  ///
  /// Each value has a dense form, and a blocked twin where an operator that can produces one. A node that needs the
  /// form that is missing gets a conversion before it; values that must exist as the model defines them keep theirs.
  func blockingChannels(
    keeping: Set<ValueName>, traits: (Node) -> OperatorTraits,
    rules: [ChannelBlocking.Rule] = ChannelBlocking.rules + ChannelBlocking.rulesOfCodes
  ) -> Graph {
    var blocking = ChannelBlocking(self, rules, fixed: fixedValues(keeping))
    for node in nodes { blocking.append(node, isElementwise: traits(node).isElementwise) }
    return blocking.graph
  }
}

/// The rewrite's state: the graph written so far, and which values have a blocked twin.
struct ChannelBlocking {
  struct Twin {
    let id: ValueName
    let channels: Int
    let isCodes: Bool
  }

  var graph: Graph
  private let source: Graph
  private let rules: [Rule]
  private let fixed: Set<ValueName>
  private var twins: [ValueName: Twin] = [:]
  /// Values whose dense form no node computes yet.
  private var lacksDense: Set<ValueName> = []

  init(_ source: Graph, _ rules: [Rule], fixed: Set<ValueName>) {
    (self.source, self.rules, self.fixed) = (source, rules, fixed)
    graph = source
    graph.nodes = []
  }

  mutating func append(_ node: Node, isElementwise: Bool) {
    for rule in isElementwise ? [{ $0.elementwise($1) }] : rules {
      if let (blocked, channels) = rule(&self, node) {
        appendBlocked(blocked, channels: channels)
        return
      }
    }
    for input in node.inputs.compactMap({ $0 }) { provideDense(input) }
    graph.nodes.append(node)
  }

  /// How an operator computes on blocked tensors: the node that does, with blocked or dense inputs as it needs them
  /// and the dense value as its output, and the output's channels, 0 for a dense output. nil where it cannot.
  typealias Rule = @Sendable (inout ChannelBlocking, Node) -> (node: Node, channels: Int)?

  static let rules: [Rule] = [
    { $0.convolution($1) }, { $0.pool($1) }, { $0.globalAveragePool($1) },
    { $0.batchNormalization($1) }, { $0.rounding($1) }, { $0.binary($1) }, { $0.concat($1) },
  ]

  private mutating func appendBlocked(_ node: Node, channels: Int) {
    var node = node
    guard channels > 0, let output = node.outputs.first ?? nil else {
      graph.nodes.append(node)
      return
    }
    let twin = graph.uniqueName("\(output) (blocked)")
    node.outputs = [twin]
    graph.nodes.append(node)
    let isCodes = node.own?.yieldsCodes ?? false
    twins[output] = Twin(id: twin, channels: channels, isCodes: isCodes)
    lacksDense.insert(output)
    if fixed.contains(output) { provideDense(output) }
  }

  mutating func provideDense(_ id: ValueName) {
    guard lacksDense.remove(id) != nil, let twin = twins[id] else { return }
    let (inputs, outputs): ([ValueName?], [ValueName?]) = ([twin.id], [id])
    graph.nodes.append(
      twin.isCodes
        ? Node(name: id, UnblockCodes(channels: twin.channels), inputs: inputs, outputs: outputs)
        : Node(
          name: id, UnblockChannels(channels: twin.channels), inputs: inputs, outputs: outputs))
  }

  /// The blocked twin of a value, made where there is none.
  mutating func provideBlocked(
    _ id: ValueName, channels: Int, asCodes isCodes: Bool = false
  ) -> ValueName {
    if let twin = twins[id] { return twin.id }
    let twin = graph.uniqueName("\(id) (blocked)")
    let (inputs, outputs): ([ValueName?], [ValueName?]) = ([id], [twin])
    graph.nodes.append(
      isCodes
        ? Node(name: id, BlockCodes(channels: channels), inputs: inputs, outputs: outputs)
        : Node(name: id, BlockChannels(channels: channels), inputs: inputs, outputs: outputs))
    twins[id] = Twin(id: twin, channels: channels, isCodes: isCodes)
    return twin
  }

  func twin(_ id: ValueName?) -> Twin? { id.flatMap { twins[$0] } }

  /// nil for codes, too, which ONNX's own operators read dense.
  private func floatTwin(_ id: ValueName?) -> Twin? { twin(id).flatMap { $0.isCodes ? nil : $0 } }
}

// The rules, by operator.
extension ChannelBlocking {
  private mutating func convolution(_ node: Node) -> (Node, Int)? {
    guard node.inputs.count >= 2, let input = node.input(0),
      let weights = graph.constant(node.input(1)), weights.dtype == .float32,
      weights.shape.rank == 4, weights.count > 0,
      let (window, group) = node.convolution(weights: weights.shape),
      (1...max(weights.shape[0], 1)).contains(group), weights.shape[0] % group == 0
    else { return nil }
    let bias = node.input(2)
    guard bias == nil || graph.constant(bias)?.shape == [weights.shape[0]] else { return nil }
    let channels = weights.shape[1] * group
    if let twin = twins[input], twin.channels != channels { return nil }
    // An image's few channels would leave most lanes empty; sums read them just as well from where they are. The choice
    // is the layer's alone, so that a part of a model computes the same bits as the whole.
    let readsBlocked = channels > 4 || group > 1
    var inputs = node.inputs
    if readsBlocked {
      inputs[0] = provideBlocked(input, channels: channels)
    } else {
      provideDense(input)
    }
    let own = BlockedConv(window: window, group: group, readsBlocked: readsBlocked)
    return (node.replaced(by: own, reading: inputs), weights.shape[0])
  }

  private func pool(_ node: Node) -> (Node, Int)? {
    guard node.is("MaxPool", "AveragePool"), let twin = floatTwin(node.input(0)),
      node.outputs.dropFirst().allSatisfy({ $0 == nil }),
      let window = try? WindowGeometry(pool: node), window.kernel.count == 2,
      let countsPadding = try? node.attributes.flag("count_include_pad"),
      !(window.ceilMode && countsPadding)
    else { return nil }
    let own: any EngineOperator =
      node.is("MaxPool")
      ? BlockedMaxPool(window: window)
      : BlockedAveragePool(window: window, countsPadding: countsPadding)
    return (node.replaced(by: own, reading: [twin.id]), twin.channels)
  }

  private func globalAveragePool(_ node: Node) -> (Node, Int)? {
    guard node.is("GlobalAveragePool"), let twin = floatTwin(node.input(0)) else { return nil }
    let own = BlockedGlobalAveragePool(channels: twin.channels)
    return (node.replaced(by: own, reading: [twin.id]), 0)
  }

  private mutating func batchNormalization(_ node: Node) -> (Node, Int)? {
    guard node.is("BatchNormalization"), let twin = floatTwin(node.input(0)),
      let factors = source.batchNormalizationFactors(of: node),
      factors.factor.count == twin.channels
    else { return nil }
    let inputs = [
      twin.id,
      blockedConstant("\(node.name).factor", factors.factor.map { Float($0) }, spatialRank: 0),
      blockedConstant("\(node.name).offset", factors.offset.map { Float($0) }, spatialRank: 0),
    ]
    return (node.replaced(by: ScaleShift(), reading: inputs), twin.channels)
  }

  private mutating func elementwise(_ node: Node) -> (Node, Int)? {
    guard let twin = twin(node.inputs.first ?? nil), node.outputs.count == 1,
      node.own != nil || !twin.isCodes
    else { return nil }
    for input in node.inputs.dropFirst().compactMap({ $0 }) { provideDense(input) }
    var blocked = node
    blocked.inputs[0] = twin.id
    return (blocked, twin.channels)
  }

  /// Rounding with one scale for the whole tensor is elementwise.
  private mutating func rounding(_ node: Node) -> (Node, Int)? {
    guard node.own is QuantizeDequantize, graph.constant(node.input(1))?.count == 1 else {
      return nil
    }
    return elementwise(node)
  }

  private mutating func binary(_ node: Node) -> (Node, Int)? {
    guard node.is("Add", "Sub", "Mul", "Div"), node.inputs.count == 2, let a = node.input(0),
      let b = node.input(1), let channels = (floatTwin(a) ?? floatTwin(b))?.channels,
      let left = blockedOperand(a, channels), let right = blockedOperand(b, channels)
    else { return nil }
    var blocked = node
    blocked.inputs = [left, right]
    return (blocked, channels)
  }

  /// An operand in a form that broadcasts with a blocked tensor of so many channels.
  private mutating func blockedOperand(_ id: ValueName, _ channels: Int) -> ValueName? {
    if let twin = twins[id] { return twin.channels == channels && !twin.isCodes ? twin.id : nil }
    guard let constant = graph.constant(id), constant.dtype == .float32 else { return nil }
    if constant.count == 1, constant.shape.rank <= 4 {
      return graph.add("\(id) (scalar)", constant: constant.reshaped(to: []))
    }
    guard constant.shape.isPerChannel(channels) else { return nil }
    return blockedConstant(
      "\(id) (blocked)", constant.array(of: Float.self), spatialRank: 2)
  }

  private mutating func concat(_ node: Node) -> (Node, Int)? {
    guard node.is("Concat"), (try? node.attributes.int("axis")) == 1 else { return nil }
    let inputs = node.inputs.compactMap { floatTwin($0) }
    guard inputs.count == node.inputs.count, !inputs.isEmpty else { return nil }
    let own = BlockedConcat(channels: inputs.map(\.channels))
    return (
      node.replaced(by: own, reading: inputs.map(\.id)), own.channels.reduce(0, +)
    )
  }

  /// ⌈C/16⌉ × 1 … × 16 values, 0 in lanes without a channel.
  private mutating func blockedConstant(
    _ name: String, _ values: [Float], spatialRank: Int
  ) -> ValueName {
    let blocks = ChannelBlocks.count(values.count)
    let padding = [Float](repeating: 0, count: blocks * ChannelBlocks.lanes - values.count)
    let shape = [blocks] + [Int](repeating: 1, count: spatialRank) + [ChannelBlocks.lanes]
    return graph.add(name, constant: Tensor(values + padding, shape: Shape(shape)))
  }
}
