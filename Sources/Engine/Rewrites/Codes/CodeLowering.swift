/// What `Graph.usingCodes` knows so far: codes, their grids, and the nodes that compute on them.
struct CodeLowering {
  let source: Graph
  let patterns: IntegerPatterns
  private let consumers: [ValueName: [Int]]
  private let fixed: Set<ValueName>
  /// Constants are added to it.
  var graph: Graph
  /// By node, what a QuantizeLinear makes.
  var quantizers: [Int: CodeGrid] = [:]
  /// By the value that a DequantizeLinear computes.
  private var dequantized: [ValueName: (codes: ValueName, grid: CodeGrid)] = [:]
  /// Nodes in place of others, and nodes that are no more.
  private var replaced: [Int: Node] = [:]
  private var removed: Set<Int> = []
  /// Codes that operators read or compute.
  private var used: Set<ValueName> = []
  /// Codes of N × C × H × W tensors that are blocked, and their C.
  var images: [ValueName: Int] = [:]
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

  func operand(_ node: Node, _ index: Int) -> (codes: ValueName, grid: CodeGrid)? {
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
  mutating func replace(
    _ index: Int, by own: some EngineOperator, reading inputs: [ValueName?], _ ending: Ending,
    channels: Int? = nil
  ) {
    let node = source.nodes[index].replaced(by: own, reading: inputs)
    finish(index, node, ending, channels: channels)
  }

  /// Puts an operator that reads codes and computes floats in a node's place.
  mutating func replace(
    _ index: Int, by own: some EngineOperator, reading inputs: [ValueName?]
  ) {
    let node = source.nodes[index].replaced(by: own, reading: inputs)
    replaced[index] = node
    used.formUnion(node.read)
  }

  /// - Parameter channels: of a result that is blocked.
  mutating func finish(
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
  init(_ grid: IntegerPatterns.Grid) {
    self.init(scale: grid.scale, zeroPoint: grid.unsignedZeroPoint)
  }

  /// What all codes stand for.
  var values: [Float] { (0...255).map { value(of: UInt8($0)) } }

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
