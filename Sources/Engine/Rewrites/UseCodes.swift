extension Graph {
  /// Computes on codes what the graph writes with QuantizeLinear and DequantizeLinear.
  ///
  /// An operator computes on codes where all it reads was dequantized and all that reads it quantizes, with a Relu or Clip in
  /// between at most. The rest stays in float, between conversions.
  /// - Parameter computing: what an elementwise node makes of a tensor; nil where it cannot.
  func usingCodes(
    keeping: Set<ValueName>, traits: (Node) -> OperatorTraits,
    computing: (_ node: Node, _ x: Tensor, _ graph: Graph) -> Tensor?
  ) -> Graph {
    var lowering = CodeLowering(self, fixed: fixedValues(keeping))
    for index in nodes.indices {
      lowering.visit(index, traits: traits(nodes[index])) { computing($0, $1, self) }
    }
    return lowering.lowered().withoutDeadNodes(keeping: keeping).addingCodesInLayers(
      keeping: keeping)
  }

  /// Lets a convolution add the codes that are added to its own.
  private func addingCodesInLayers(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() {
      guard let pair = node.own(as: CombineCodes.self)?.pair, pair.operation == .sum else {
        continue
      }
      let found = lastProducer(readOnlyBy: index, producers, consumers, fixed: fixed) {
        let conv = graph.nodes[$0].own(as: CodeConv.self)
        return conv.map { $0.residual == nil } ?? false && !removed.contains($0)
      }
      guard let producer = found, let own = nodes[producer].output,
        var conv = graph.nodes[producer].own(as: CodeConv.self),
        let position = node.inputs.firstIndex(where: { $0 != own }),
        let added = node.inputs[position]
      else { continue }
      conv.residual = CodeResidual(
        grid: position == 0 ? pair.left : pair.right, total: pair.result)
      var layer = graph.nodes[producer].replaced(
        by: conv, reading: graph.nodes[producer].inputs + [added])
      layer.outputs = node.outputs
      graph.nodes[index] = layer
      removed.insert(producer)
    }
    graph.removeNodes(at: removed)
    return graph
  }
}

/// The rewrite's state.
private struct CodeLowering {
  private let source: Graph
  private let patterns: IntegerPatterns
  private let consumers: [ValueName: [Int]]
  private let fixed: Set<ValueName>
  /// Constants are added to it.
  private var graph: Graph
  /// By node, what a QuantizeLinear makes.
  private var quantizers: [Int: CodeGrid] = [:]
  /// By the value that a DequantizeLinear computes.
  private var dequantized: [ValueName: (codes: ValueName, grid: CodeGrid)] = [:]
  /// Nodes in place of others, and nodes that are no more.
  private var replaced: [Int: Node] = [:]
  private var removed: Set<Int> = []
  /// Codes that operators read or compute.
  private var used: Set<ValueName> = []
  /// Codes of N × C × H × W tensors that are blocked, and their C.
  private var images: [ValueName: Int] = [:]
  /// Codes that several quantizers make of one value are made once.
  private var aliases: [ValueName: ValueName] = [:]

  init(_ source: Graph, fixed: Set<ValueName>) {
    (self.source, self.fixed, graph) = (source, fixed, source)
    patterns = IntegerPatterns(source)
    consumers = source.consumers()
    for (index, node) in source.nodes.enumerated() where node.is("QuantizeLinear") {
      guard let codes = node.output, !fixed.contains(codes),
        let grid = patterns.parameters(of: node)
      else { continue }
      let readers = (consumers[codes] ?? []).map { source.nodes[$0] }
      let matches = readers.allSatisfy { reader in
        guard reader.is("DequantizeLinear"), reader.read.first == codes,
          let other = patterns.parameters(of: reader)
        else { return false }
        return other.rounding == grid.rounding && other.dtype == grid.dtype
      }
      guard matches, !readers.isEmpty else { continue }
      quantizers[index] = CodeGrid(grid)
      for value in readers.flatMap(\.computed) {
        dequantized[value] = (codes, CodeGrid(grid))
      }
    }
  }

  /// What becomes of an operator's result: the nodes up to the quantizers, which all make the same codes.
  private struct Ending {
    var nodes: [Int] = []
    let quantizers: [Int]
    var grid: CodeGrid
  }

  private func ending(of value: ValueName?) -> Ending? {
    guard let value, !fixed.contains(value), let readers = consumers[value] else { return nil }
    if let grid = quantizers[readers[0]] {
      let same = readers.allSatisfy { quantizers[$0] == grid && source.nodes[$0].read[0] == value }
      return same ? Ending(quantizers: readers, grid: grid) : nil
    }
    guard readers.count == 1, let activation = source.activation(of: source.nodes[readers[0]]),
      let next = source.nodes[readers[0]].output, source.nodes[readers[0]].read.first == value,
      var ending = ending(of: next), ending.nodes.isEmpty
    else { return nil }
    ending.nodes = readers
    ending.grid = ending.grid.limited(to: activation)
    return ending
  }

  private func operand(_ node: Node, _ index: Int) -> (codes: ValueName, grid: CodeGrid)? {
    guard let (codes, grid) = node.input(index).flatMap({ dequantized[$0] }) else { return nil }
    return (aliases[codes] ?? codes, grid)
  }

  mutating func visit(
    _ index: Int, traits: OperatorTraits, computing: (Node, Tensor) -> Tensor?
  ) {
    let node = source.nodes[index]
    guard !removed.contains(index) else { return }
    if traits.isElementwise, mapped(node, index, computing) { return }
    switch node.opType {
    case _ where !node.domain.isEmpty: break
    case "Conv": convolution(node, index)
    case "MatMul", "Gemm": product(node, index)
    case "Add", "Mul": combined(node, index)
    case "MaxPool": maxPool(node, index)
    case "AveragePool", "GlobalAveragePool": meanPool(node, index)
    case "Concat": concatenated(node, index)
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice": moved(node, index)
    case "QuantizeLinear": requantized(node, index)
    default: break
    }
  }

  /// Puts an operator on codes in a node's place.
  private mutating func replace(
    _ index: Int, by own: some EngineOperator, reading inputs: [ValueName?], _ ending: Ending,
    channels: Int? = nil
  ) {
    let node = source.nodes[index].replaced(by: own, reading: inputs)
    finish(index, node, ending, channels: channels)
  }

  /// - Parameter channels: of a result that is blocked.
  private mutating func finish(
    _ index: Int, _ node: Node, _ ending: Ending, channels: Int? = nil
  ) {
    var node = node
    let results = ending.quantizers.map { source.nodes[$0].computed[0] }
    node.outputs = [results[0]]
    for other in results.dropFirst() { aliases[other] = results[0] }
    replaced[index] = node
    removed.formUnion(ending.nodes + ending.quantizers)
    used.formUnion(node.read + results)
    images[results[0]] = channels
  }

  // MARK: Layers

  private mutating func constants(
    _ node: Node, _ weights: Tensor, _ scales: [Float], _ bias: [Int32]
  ) -> [ValueName?] {
    [
      graph.add("\(node.name).codes", constant: weights),
      graph.add("\(node.name).scales", constant: Tensor(scales, shape: [scales.count])),
      graph.add("\(node.name).bias", constant: Tensor(bias, shape: [bias.count])),
    ]
  }

  private mutating func convolution(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let ending = ending(of: node.output),
      let layer = patterns.weights(of: node), layer.codes.shape.rank == 4,
      let (window, group) = node.convolution(weights: layer.codes.shape), group > 0,
      layer.codes.shape[0] % group == 0,
      let bias = patterns.bias(
        of: node, nil, grid.scale, layer.scales, mayBeFloat: true, checksScale: true)
    else { return }
    let own = CodeConv(
      window: window, group: group, input: grid, weightZeroPoint: layer.zeroPoint,
      output: ending.grid)
    replace(
      index, by: own, reading: [codes] + constants(node, layer.codes, layer.scales, bias), ending,
      channels: layer.codes.shape[0])
  }

  private mutating func product(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let layer = patterns.weights(of: node),
      let result = node.output
    else { return }
    let added =
      node.is("MatMul") ? patterns.addedBias(after: result, count: layer.scales.count) : nil
    let last = added?.result ?? result
    let ending = ending(of: last)
    guard
      let bias = patterns.bias(
        of: node, added, grid.scale, layer.scales, mayBeFloat: ending != nil, checksScale: true),
      ending != nil || added == nil
    else { return }
    let own = CodeMatMul(
      input: grid, weightZeroPoint: layer.zeroPoint, output: ending?.grid)
    let inputs = [codes] + constants(node, layer.codes, layer.scales, bias)
    guard let ending else {
      replaced[index] = node.replaced(by: own, reading: inputs)
      used.insert(codes)
      return
    }
    if let added { removed.insert(added.node) }
    replace(index, by: own, reading: inputs, ending)
  }

  // MARK: Elementwise

  private mutating func mapped(
    _ node: Node, _ index: Int, _ computing: (Node, Tensor) -> Tensor?
  ) -> Bool {
    guard let (codes, grid) = operand(node, 0), node.outputs.count == 1,
      let ending = ending(of: node.output),
      node.read.dropFirst().allSatisfy({ source.isConstant($0) }),
      let values = computing(node, Tensor(grid.values, shape: [256])), values.dtype == .float32,
      values.count == 256
    else { return false }
    let table = ByteTable(to: ending.grid, of: values.array(of: Float.self))
    replace(
      index, by: MapCodes(table: table), reading: [codes], ending, channels: images[codes])
    return true
  }

  private mutating func combined(_ node: Node, _ index: Int) {
    // Both blocked with as many channels, or both dense.
    guard let (a, left) = operand(node, 0), let (b, right) = operand(node, 1),
      let ending = ending(of: node.output), images[a] == images[b]
    else { return }
    let pair = CodePair(
      operation: node.is("Add") ? .sum : .product, left: left, right: right, result: ending.grid)
    replace(
      index, by: CombineCodes(pair: pair), reading: [a, b], ending, channels: images[a])
  }

  private mutating func requantized(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let wanted = quantizers[index] else { return }
    let table = ByteTable(from: grid, to: wanted)
    replace(
      index, by: MapCodes(table: table), reading: [codes],
      Ending(quantizers: [index], grid: wanted), channels: images[codes])
  }

  // MARK: Windows and channels

  private mutating func maxPool(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let channels = images[codes],
      node.computed.count == 1, let ending = ending(of: node.output), ending.grid == grid,
      let window = try? WindowGeometry(pool: node), window.kernel.count == 2
    else { return }
    replace(index, by: MaxPoolCodes(window: window), reading: [codes], ending, channels: channels)
  }

  private mutating func meanPool(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), let channels = images[codes],
      let ending = ending(of: node.output)
    else { return }
    guard node.is("AveragePool") else {
      replace(
        index, by: GlobalAveragePoolCodes(input: grid, output: ending.grid), reading: [codes],
        ending)
      return
    }
    guard let window = try? WindowGeometry(pool: node), window.kernel.count == 2,
      let countsPadding = try? node.attributes.flag("count_include_pad"),
      !(window.ceilMode && countsPadding)
    else { return }
    let own = AveragePoolCodes(
      window: window, countsPadding: countsPadding, input: grid, output: ending.grid)
    replace(index, by: own, reading: [codes], ending, channels: channels)
  }

  private mutating func concatenated(_ node: Node, _ index: Int) {
    let operands = node.inputs.indices.compactMap { operand(node, $0) }
    guard operands.count == node.inputs.count, let ending = ending(of: node.output) else { return }
    let codes = operands.map(\.codes)
    let channels = codes.compactMap { images[$0] }
    if (try? node.attributes.int("axis")) == 1, channels.count == codes.count {
      let tables = operands.map {
        $0.grid == ending.grid ? nil : ByteTable(from: $0.grid, to: ending.grid)
      }
      replace(
        index, by: ConcatCodes(tables: tables), reading: codes, ending,
        channels: channels.reduce(0, +))
    } else if operands.allSatisfy({ $0.grid == ending.grid }) {
      var joined = node
      joined.inputs = codes
      finish(index, joined, ending)
    }
  }

  private mutating func moved(_ node: Node, _ index: Int) {
    guard let (codes, grid) = operand(node, 0), node.computed.count == 1,
      let ending = ending(of: node.output), ending.grid == grid
    else { return }
    var moved = node
    moved.inputs[0] = codes
    finish(index, moved, ending)
  }

  // MARK: Result

  func lowered() -> Graph {
    var result = graph
    result.nodes = []
    for (index, node) in source.nodes.enumerated() {
      if let other = replaced[index] {
        result.nodes.append(other)
      } else if !removed.contains(index) {
        result.nodes.append(converted(node, index))
      }
    }
    return result
  }

  /// Conversions between codes that operators use and values.
  private func converted(_ node: Node, _ index: Int) -> Node {
    if let grid = quantizers[index], used.contains(node.computed[0]) {
      return node.replaced(by: QuantizeCodes(grid: grid), reading: [node.inputs[0]])
    }
    if node.is("DequantizeLinear"), let (codes, grid) = node.output.flatMap({ dequantized[$0] }),
      used.contains(codes)
    {
      return node.replaced(
        by: DequantizeCodes(grid: grid), reading: [aliases[codes] ?? codes])
    }
    return node
  }
}

extension CodeGrid {
  fileprivate init(_ grid: IntegerPatterns.Grid) {
    self.init(scale: grid.scale, zeroPoint: grid.unsignedZeroPoint)
  }

  /// What all codes stand for.
  fileprivate var values: [Float] { (0...255).map { value(of: UInt8($0)) } }

  /// The grid whose codes are those of values within an activation's bounds.
  fileprivate func limited(to activation: Activation) -> CodeGrid {
    let bounds: (low: Float, high: Float)
    switch activation {
    case .identity: return self
    case .relu: bounds = (0, .infinity)
    case .clip(let low, let high): bounds = (low, high)
    }
    var grid = self
    grid.codes = Int(code(of: bounds.low))...Int(code(of: bounds.high))
    return grid
  }
}

extension ByteTable {
  /// - Parameter values: of the function, one for each code.
  fileprivate init(to grid: CodeGrid, of values: [Float]) {
    self.init(codes: values.map(grid.code(of:)))
  }
}
