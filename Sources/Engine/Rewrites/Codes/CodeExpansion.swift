/// A graph whose operators on codes are spelled with DequantizeLinear, an operator on floats and QuantizeLinear, where all that
/// says how codes are read is constant.
struct CodeExpansion {
  /// What a node on floats stands for, and the quantizers of what it computes.
  struct Original {
    let node: Node
    let quantizers: [Int]
  }

  private(set) var graph: Graph
  /// By the node on floats.
  private(set) var originals: [Int: Original] = [:]
  /// Scale and zero point of codes.
  private var codings: [ValueName: Coding] = [:]

  fileprivate struct Coding {
    let scale: ValueName
    let zeroPoint: ValueName
  }

  /// An operator on floats, what it reads and, unless its result stays in float, how that is quantized.
  fileprivate struct Spelling {
    let opType: String
    let inputs: [ValueName?]
    let output: Coding?
  }

  init(_ source: Graph, traits: (Node) -> OperatorTraits) {
    graph = source
    graph.nodes = []
    for node in source.nodes { append(node, traits) }
  }

  private mutating func append(_ node: Node, _ traits: (Node) -> OperatorTraits) {
    let count = graph.nodes.count
    if let rule = Self.rules[node.opType], node.own == nil, let spelling = rule(&self, node) {
      write(spelling, for: node)
    } else if traits(node).movesValues, let coding = node.input(0).flatMap({ codings[$0] }),
      node.is("Split") || node.computed.count == 1
    {
      move(node, coding)
    } else {
      // What a rule has written before it gave up.
      graph.nodes.removeSubrange(count...)
      graph.nodes.append(node)
      if node.is("QuantizeLinear"), let codes = node.output {
        codings[codes] = coding(node, at: 1)
      }
    }
  }

  private mutating func write(_ spelling: Spelling, for node: Node) {
    var written = Node(
      name: node.name, opType: spelling.opType, opset: .max, attributes: node.attributes,
      inputs: spelling.inputs, outputs: node.outputs)
    // Processors widen products of unsigned weights.
    written.clampsPairs = node.clampsPairs && graph.constant(node.input(3))?.dtype == .int8
    write(written, spelling.output, for: node)
  }

  /// What moves values moves codes.
  private mutating func move(_ node: Node, _ coding: Coding) {
    var moved = node
    moved.inputs[0] = dequantized(node.input(0), coding)
    write(moved, coding, for: node)
  }

  private mutating func write(_ node: Node, _ coding: Coding?, for original: Node) {
    let place = graph.nodes.count
    var node = node
    let codes = node.outputs
    if coding != nil { node.outputs = codes.map { $0.map { graph.uniqueName("\($0) (value)") } } }
    graph.nodes.append(node)
    for case (let codes?, let value?) in zip(codes, node.outputs) {
      guard let coding else { continue }
      codings[codes] = coding
      graph.nodes.append(
        Node(
          "QuantizeLinear", name: codes, inputs: [value, coding.scale, coding.zeroPoint],
          outputs: [codes]))
    }
    originals[place] = Original(node: original, quantizers: Array(place + 1..<graph.nodes.count))
  }

  // MARK: Operands

  /// Codes that have their scale and zero point behind them, as values.
  /// - Parameter axis: that of the scales where there are several.
  fileprivate mutating func dequantized(
    _ node: Node, at index: Int, axis: Int? = nil
  ) -> ValueName? {
    coding(node, at: index + 1).map { dequantized(node.input(index), $0, axis: axis) }
  }

  private mutating func dequantized(
    _ codes: ValueName?, _ coding: Coding, axis: Int? = nil
  ) -> ValueName {
    let value = graph.uniqueName("\(codes ?? "") (value)")
    graph.nodes.append(
      Node(
        "DequantizeLinear", name: value, inputs: [codes, coding.scale, coding.zeroPoint],
        outputs: [value], attributes: axis.map { ["axis": .int($0)] } ?? [:]))
    return value
  }

  fileprivate func coding(_ node: Node, at index: Int) -> Coding? {
    guard let scale = node.input(index), let zeroPoint = node.input(index + 1),
      graph.isConstant(scale), graph.isConstant(zeroPoint)
    else { return nil }
    return Coding(scale: scale, zeroPoint: zeroPoint)
  }

  /// A bias in steps of the products of both scales.
  fileprivate mutating func bias(_ node: Node, at index: Int) -> ValueName? {
    // One for each column; those of rows are none.
    guard let codes = graph.constant(node.input(index)), codes.dtype == .int32,
      codes.shape.dims.last == codes.count,
      let input = graph.constant(node.input(1)), input.dtype == .float32, input.count == 1,
      let weights = graph.constant(node.input(4)), weights.dtype == .float32
    else { return nil }
    let factor = input.array(of: Float.self)[0]
    let steps = weights.array(of: Float.self).map { factor * $0 }
    let stored = graph.add("\(node.name).bias", constant: codes.reshaped(to: [codes.count]))
    let scale = graph.add(
      "\(node.name).steps", constant: Tensor(steps, shape: steps.count == 1 ? [] : [steps.count]))
    let value = graph.uniqueName("\(stored) (value)")
    graph.nodes.append(
      Node(
        "DequantizeLinear", name: value, inputs: [stored, scale], outputs: [value],
        attributes: ["axis": .int(0)]))
    return value
  }
}

// How each operator on codes is spelled. Operands are codes, their scale and zero point, one after the other.
extension CodeExpansion {
  private typealias Rule = @Sendable (inout CodeExpansion, Node) -> Spelling?

  private static let rules: [String: Rule] = [
    "QLinearConv": { $0.layer("Conv", $1, bias: 8, output: 6) },
    "QLinearMatMul": { $0.layer("MatMul", $1, bias: nil, output: 6) },
    "QGemm": { $0.layer("Gemm", $1, bias: 6, output: 7) },
    "QLinearAdd": { $0.operation("Add", $1, operands: 2) },
    "QLinearMul": { $0.operation("Mul", $1, operands: 2) },
    "QLinearSigmoid": { $0.operation("Sigmoid", $1, operands: 1) },
    "QLinearLeakyRelu": { $0.operation("LeakyRelu", $1, operands: 1) },
    "QLinearAveragePool": { $0.operation("AveragePool", $1, operands: 1) },
    "QLinearGlobalAveragePool": { $0.operation("GlobalAveragePool", $1, operands: 1) },
    "QLinearConcat": { $0.joined($1) },
  ]

  private mutating func operation(_ opType: String, _ node: Node, operands: Int) -> Spelling? {
    guard let output = coding(node, at: 3 * operands) else { return nil }
    var inputs: [ValueName?] = []
    for index in 0..<operands {
      guard let value = dequantized(node, at: 3 * index) else { return nil }
      inputs.append(value)
    }
    return Spelling(opType: opType, inputs: inputs, output: output)
  }

  private mutating func joined(_ node: Node) -> Spelling? {
    guard let output = coding(node, at: 0) else { return nil }
    var inputs: [ValueName?] = []
    for index in stride(from: 2, to: node.inputs.count, by: 3) {
      guard let value = dequantized(node, at: index) else { return nil }
      inputs.append(value)
    }
    return Spelling(opType: "Concat", inputs: inputs, output: output)
  }

  /// A layer with constant weights, or a product of two operands' codes. Without an output's scale its result stays in float.
  private mutating func layer(
    _ opType: String, _ node: Node, bias place: Int?, output: Int
  ) -> Spelling? {
    let isTransposed = (try? node.attributes.flag("transB")) ?? false
    let axis = opType == "Conv" || isTransposed ? 0 : 1
    let coding = coding(node, at: output)
    // Where pairs are clamped, the operator clamps those of codes that it is given.
    let multipliesAny = opType == "MatMul" && !node.clampsPairs
    guard multipliesAny || graph.isConstant(node.input(3)),
      coding != nil || node.input(output) == nil,
      let x = dequantized(node, at: 0), let w = dequantized(node, at: 3, axis: axis)
    else { return nil }
    var inputs: [ValueName?] = [x, w]
    if let place, node.input(place) != nil {
      guard let bias = bias(node, at: place) else { return nil }
      inputs.append(bias)
    }
    return Spelling(opType: opType, inputs: inputs, output: coding)
  }
}
