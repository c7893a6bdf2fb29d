/// What `Graph.usingCodes` knows so far: codes, their grids, and the nodes that compute on them.
struct CodeLowering {
  /// Codes and what they stand for.
  struct Operand {
    let codes: ValueName
    let grid: CodeGrid
  }

  let source: Graph
  let patterns: IntegerPatterns
  let traits: (Node) -> OperatorTraits
  let evaluating: (_ node: Node, _ inputs: [Tensor?]) -> Tensor?
  /// Nodes that were operators on codes in the file.
  let originals: [Int: CodeExpansion.Original]
  private let producers: [ValueName: Int]
  private let consumers: [ValueName: [Int]]
  let fixed: Set<ValueName>
  /// Constants are added to it.
  var graph: Graph
  /// By node, what a QuantizeLinear makes.
  private(set) var quantizers: [Int: CodeGrid] = [:]
  /// By codes as the file has them, unsigned ones.
  private var bytes: [ValueName: ValueName] = [:]
  /// By the value that the codes stand for.
  private var operands: [ValueName: Operand] = [:]
  /// Nodes in place of others, and nodes that are no more.
  private var replaced: [Int: [Node]] = [:]
  private var removed: Set<Int> = []
  /// Quantizers whose codes an operator of the file computes.
  private var restored: Set<Int> = []
  /// Codes that operators read or compute.
  private var used: Set<ValueName> = []
  /// Values and codes that are images.
  private(set) var images: ImageChannels
  /// Codes that are those of another value.
  private var aliases: [ValueName: ValueName] = [:]
  /// Codes that a Pad makes of others with their zero point, and how many it puts around them.
  var padded: [ValueName: (inner: ValueName, pads: [Int])] = [:]

  init(
    _ expansion: CodeExpansion, fixed: Set<ValueName>, traits: @escaping (Node) -> OperatorTraits,
    evaluating: @escaping (_ node: Node, _ inputs: [Tensor?]) -> Tensor?
  ) {
    let source = expansion.graph
    (self.source, self.fixed, graph) = (source, fixed, source)
    originals = expansion.originals
    (self.traits, self.evaluating) = (traits, evaluating)
    patterns = IntegerPatterns(source)
    images = ImageChannels(source, traits: traits)
    (producers, consumers) = (source.producers(), source.consumers())
    for index in source.nodes.indices { findCodes(index) }
  }

  private mutating func findCodes(_ index: Int) {
    let node = source.nodes[index]
    if node.is("QuantizeLinear"), let codes = node.output, let grid = patterns.parameters(of: node)
    {
      quantizers[index] = CodeGrid(grid)
      findBytes(codes, grid.dtype)
    } else if node.is("DequantizeLinear"), let codes = node.input(0), !source.isConstant(codes),
      let value = node.output, let grid = patterns.parameters(of: node)
    {
      findBytes(codes, grid.dtype)
      operands[value] = Operand(codes: bytes[codes] ?? codes, grid: CodeGrid(grid))
    }
  }

  private mutating func findBytes(_ codes: ValueName, _ dtype: DType) {
    guard bytes[codes] == nil else { return }
    let name = dtype == .int8 ? graph.uniqueName("\(codes) (unsigned)") : codes
    bytes[codes] = name
    images[name] = images[codes]
  }

  /// The unsigned codes that a quantizer makes.
  private func made(by quantizer: Int) -> ValueName {
    let codes = source.nodes[quantizer].computed[0]
    return bytes[codes] ?? codes
  }

  // MARK: What nodes read and what reads them

  func operand(_ node: Node, _ index: Int) -> Operand? {
    guard let operand = node.input(index).flatMap({ operands[$0] }) else { return nil }
    return Operand(codes: aliases[operand.codes] ?? operand.codes, grid: operand.grid)
  }

  /// The value of a constant, quantized or not.
  func constant(_ name: ValueName?) -> Tensor? {
    if let tensor = source.constant(name) { return tensor }
    guard let index = name.flatMap({ producers[$0] }), source.nodes[index].is("DequantizeLinear")
    else { return nil }
    let inputs = source.nodes[index].inputs.map { source.constant($0) }
    return inputs.contains { $0 == nil } ? nil : evaluating(source.nodes[index], inputs)
  }

  /// What becomes of an operator's result: the nodes up to the quantizers, which all make the same codes.
  struct Ending {
    var nodes: [Int] = []
    let quantizers: [Int]
    var grid: CodeGrid
  }

  func ending(of value: ValueName?) -> Ending? {
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

  // MARK: Operators

  mutating func visit(_ index: Int) {
    let node = source.nodes[index]
    guard !removed.contains(index), node.domain.isEmpty else { return }
    if mapped(node, index) { return }
    switch node.opType {
    case "Conv": convolution(node, index)
    case "MatMul", "Gemm": product(node, index)
    case "Add", "Sub", "Mul": combined(node, index)
    case "MaxPool": maxPool(node, index)
    case "AveragePool": averagePool(node, index)
    case "GlobalAveragePool", "ReduceMean": globalAveragePool(node, index)
    case "Concat": concatenated(node, index)
    case "Pad": padded(node, index)
    case "QuantizeLinear": requantized(node, index)
    default: if moves(node) { moved(node, index) }
    }
  }

  // MARK: Results

  /// Puts an operator on codes in place of a node and the quantizers behind it.
  mutating func replace(
    _ index: Int, by own: some EngineOperator, reading inputs: [ValueName?], _ ending: Ending
  ) {
    replace(index, by: [source.nodes[index].replaced(by: own, reading: inputs)], ending)
  }

  /// - Parameter nodes: of which the last computes the codes.
  mutating func replace(_ index: Int, by nodes: [Node], _ ending: Ending) {
    var nodes = nodes
    let results = ending.quantizers.map(made)
    nodes[nodes.count - 1].outputs = [results[0]]
    for other in results.dropFirst() { aliases[other] = results[0] }
    replaced[index] = nodes
    removed.formUnion(ending.nodes + ending.quantizers)
    used.formUnion(nodes.flatMap(\.read) + results)
  }

  /// Puts an operator that reads codes and computes floats in a node's place.
  mutating func replace(
    _ index: Int, by own: some EngineOperator, reading inputs: [ValueName?],
    computing output: ValueName?, removing others: [Int] = []
  ) {
    var node = source.nodes[index].replaced(by: own, reading: inputs)
    node.outputs = [output]
    replaced[index] = [node]
    removed.formUnion(others)
    used.formUnion(node.read)
  }

  /// Lets a node compute codes on the grid of those that it reads. Its values are dequantized for whoever needs them.
  /// - Returns: the codes that it computes.
  @discardableResult mutating func pass(
    _ index: Int, _ node: Node, on grid: CodeGrid
  ) -> [ValueName] {
    var node = node
    var nodes: [Node] = []
    let values = node.computed
    node.outputs = node.outputs.map { $0.map { graph.uniqueName("\($0) (codes)") } }
    for (value, codes) in zip(values, node.computed) {
      operands[value] = Operand(codes: codes, grid: grid)
      images[codes] = images[value]
      nodes.append(
        Node(name: value, DequantizeCodes(grid: grid), inputs: [codes], outputs: [value]))
    }
    replaced[index] = [node] + nodes
    used.formUnion(node.read + node.computed)
    return node.computed
  }

  /// Lets readers of the codes that a node would make read those that it would make them of.
  mutating func forward(_ index: Int, _ ending: Ending, to codes: ValueName) {
    let results = ending.quantizers.map(made)
    for result in results { aliases[result] = codes }
    removed.formUnion([index] + ending.nodes + ending.quantizers)
    used.formUnion(results + [codes])
  }

  mutating func lowered() -> Graph {
    restoreOriginals()
    var result = graph
    result.nodes = source.inputs.flatMap { conversions(of: $0.name, by: nil) }
    for (index, node) in source.nodes.enumerated() {
      if let others = replaced[index] {
        result.nodes += others
      } else if !removed.contains(index) {
        result.nodes.append(converted(node, index))
      }
      result.nodes += node.computed.flatMap { conversions(of: $0, by: index) }
    }
    return result
  }

  /// What is spelled with operators on floats and did not become one on codes is as it was.
  private mutating func restoreOriginals() {
    for (index, original) in originals
    where replaced[index] == nil && !removed.contains(index) {
      replaced[index] = [original.node]
      removed.formUnion(original.quantizers)
      restored.formUnion(original.quantizers)
    }
  }

  /// Conversions between codes that operators use and values.
  private func converted(_ node: Node, _ index: Int) -> Node {
    if let grid = quantizers[index], used.contains(made(by: index)) {
      var quantize = node.replaced(by: QuantizeCodes(grid: grid), reading: [node.input(0)])
      quantize.outputs = [made(by: index)]
      return quantize
    }
    if node.is("DequantizeLinear"), let operand = node.output.flatMap({ operands[$0] }),
      used.contains(operand.codes)
    {
      return node.replaced(
        by: DequantizeCodes(grid: operand.grid),
        reading: [aliases[operand.codes] ?? operand.codes])
    }
    return node
  }

  /// Between codes as the file has them and unsigned ones, for whoever reads the others.
  /// - Parameter producer: nil for an input of the graph.
  private func conversions(of codes: ValueName, by producer: Int?) -> [Node] {
    guard let unsigned = bytes[codes] else { return [] }
    let isMade =
      producer.map {
        quantizers[$0] != nil && !restored.contains($0)
          && (removed.contains($0) || replaced[$0] != nil || used.contains(unsigned))
      } ?? false
    let source = isMade ? aliases[unsigned] ?? unsigned : codes
    let target = isMade ? codes : unsigned
    guard source != target else { return [] }
    guard unsigned == codes else {
      return [
        Node(name: codes, FlippedCodes(isSigned: isMade), inputs: [source], outputs: [target])
      ]
    }
    let copy = MapCodes(table: ByteTable(codes: (0...255).map { UInt8($0) }))
    return [Node(name: codes, copy, inputs: [source], outputs: [target])]
  }
}

extension CodeGrid {
  init(_ grid: IntegerPatterns.Grid) {
    self.init(
      scale: grid.scale, zeroPoint: grid.unsignedZeroPoint, origin: grid.dtype == .int8 ? 128 : 0)
  }

  /// The grid of negative values.
  var negated: CodeGrid {
    CodeGrid(scale: -scale, zeroPoint: zeroPoint, codes: codes, origin: origin)
  }

  /// What all codes stand for.
  var values: [Float] { (0...255).map { value(of: UInt8($0)) } }

  /// The code that stands for a value exactly.
  func code(exactly value: Float) -> UInt8? {
    let code = code(of: value)
    return self.value(of: code) == value ? code : nil
  }

  /// The grid whose codes are those of values within an activation's bounds.
  func limited(to activation: Activation) -> CodeGrid {
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
