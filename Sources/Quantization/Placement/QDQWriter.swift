import CalibrantEngine
import CalibrantONNXFormat

/// Writes QuantizeLinear and DequantizeLinear nodes, or clipping in their place, into a graph, in the standard domain only.
///
/// Names follow from the tensor's: `<tensor>_quantized`, `_dequantized`, `_scale`, `_zero_point`.
struct QDQWriter {
  private(set) var graph: Graph
  private var atStart: [Node] = []
  private var before: [Int: [Node]] = [:]
  private var after: [Int: [Node]] = [:]
  private var renames: [String: String] = [:]
  private let producers: [String: Int]

  init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
  }

  /// Stores a weight as integers and returns the name of its dequantized value, which exists from
  /// node `index` on.
  mutating func addWeights(_ name: String, _ weights: QuantizedWeights, before index: Int) -> String
  {
    let codes = graph.uniqueName(name + "_quantized")
    graph.store(
      Self.tensor(codes, weights.codes, weights.shape, weights.parameters[0].storage))
    let (scale, zeroPoint) = addParameters(name, weights.parameters, dims: weights.parameterDims)
    let output = graph.uniqueName(name + "_dequantized")
    addDequantize(
      name, [codes, scale, zeroPoint], output, weights.dequantizeAttributes, before: index)
    return output
  }

  /// Stores an int32 bias and returns the name of its dequantized value.
  mutating func addBias(
    _ name: String, codes: [Int32], scales: [Float], before index: Int
  ) -> String {
    let isPerChannel = scales.count > 1
    let stored = graph.uniqueName(name + "_quantized")
    graph.store(
      ModelTensor(name: stored, elementType: .int32, dims: [codes.count], values: codes))
    let scale = graph.uniqueName(name + "_scale")
    graph.store(scale, floats: scales, dims: isPerChannel ? [scales.count] : [])
    let output = graph.uniqueName(name + "_dequantized")
    addDequantize(
      name, [stored, scale], output, isPerChannel ? ["axis": .int(0)] : [:], before: index)
    return output
  }

  mutating func addActivations(_ activations: ActivationQuantization) {
    for name in activations.order { addActivation(name, activations.parameters[name] ?? []) }
  }

  /// Quantizes an activation where it is produced; every node then reads the dequantized value.
  ///
  /// Runtimes that fuse a layer with the pair before it want one scale there (ONNX Runtime's QLinearConv refuses more). So
  /// with scales per channel, values are divided by them before a pair of scale 1, and multiplied again behind it.
  ///
  /// - Parameter parameters: one, or one per channel along axis 1, all with one zero point.
  mutating func addActivation(_ name: String, _ parameters: [QuantizationParameters]) {
    let isPerChannel = parameters.count > 1
    var shared = parameters[0]
    if isPerChannel { shared.scale = 1 }
    let (scale, zeroPoint) = addParameters(name, [shared], dims: [])
    let quantized = graph.uniqueName(name + "_quantized")
    let output = graph.uniqueName(name + "_dequantized")
    var (source, codes) = (name, output)
    if isPerChannel {
      source = graph.uniqueName(name + "_divided")
      codes = graph.uniqueName(name + "_rounded")
    }
    var added = [
      Node(
        "QuantizeLinear", name: graph.uniqueName(name + "_QuantizeLinear"),
        inputs: [source, scale, zeroPoint], outputs: [quantized]),
      Node(
        "DequantizeLinear", name: graph.uniqueName(name + "_DequantizeLinear"),
        inputs: [quantized, scale, zeroPoint], outputs: [codes]),
    ]
    if isPerChannel {
      let scales = graph.uniqueName(name + "_channel_scales")
      let dims = [1, parameters.count] + [Int](repeating: 1, count: spatialRank(of: name))
      graph.store(scales, floats: parameters.map(\.scale), dims: dims)
      let divide = Node(
        "Div", name: graph.uniqueName(name + "_Div"), inputs: [name, scales], outputs: [source])
      let multiply = Node(
        "Mul", name: graph.uniqueName(name + "_Mul"), inputs: [codes, scales], outputs: [output])
      added = [divide] + added + [multiply]
    }
    replace(name, by: output, of: added)
  }

  /// Clips an activation where it is produced; every node then reads what is left.
  mutating func clipActivation(_ name: String, to range: ValueRange) {
    let (lower, upper) = (
      graph.uniqueName(name + "_lower"), graph.uniqueName(name + "_upper")
    )
    graph.store(lower, floats: [range.lower], dims: [])
    graph.store(upper, floats: [range.upper], dims: [])
    let output = graph.uniqueName(name + "_clipped")
    let clip = Node(
      "Clip", name: graph.uniqueName(name + "_Clip"), inputs: [name, lower, upper],
      outputs: [output])
    replace(name, by: output, of: [clip])
  }

  /// Makes every node read `output`, which `nodes` make of the value `name` where it is produced.
  private mutating func replace(_ name: String, by output: String, of nodes: [Node]) {
    if let producer = producers[name] {
      after[producer, default: []] += nodes
    } else {
      atStart += nodes
    }
    renames[name] = output
  }

  /// How many axes an activation has behind its channels, as the convolution that reads it says.
  private func spatialRank(of name: String) -> Int {
    let reader = graph.nodes.first { $0.is("Conv") && $0.input(0) == name }
    return graph.constantValue(reader?.input(1)).map { $0.dims.count - 2 } ?? 2
  }

  /// Makes one input of a node read another value.
  mutating func setInput(_ input: Int, of node: Int, to name: String) {
    graph.nodes[node].inputs[input] = name
  }

  /// The graph with everything in place.
  func finished() -> Graph {
    var result = graph
    result.redirect(renames)
    let nodes = result.nodes
    result.nodes = atStart
    for (index, node) in nodes.enumerated() {
      result.nodes += (before[index] ?? []) + [node] + (after[index] ?? [])
    }
    return result
  }

  private mutating func addDequantize(
    _ name: String, _ inputs: [String], _ output: String, _ attributes: [String: AttributeValue],
    before index: Int
  ) {
    before[index, default: []].append(
      Node(
        "DequantizeLinear", name: graph.uniqueName(name + "_DequantizeLinear"), inputs: inputs,
        outputs: [output], attributes: attributes))
  }

  private mutating func addParameters(
    _ name: String, _ parameters: [QuantizationParameters], dims: [Int]
  ) -> (scale: String, zeroPoint: String) {
    let scale = graph.uniqueName(name + "_scale")
    graph.store(scale, floats: parameters.map(\.scale), dims: dims)
    let zeroPoint = graph.uniqueName(name + "_zero_point")
    let values = parameters.map { Int8(truncatingIfNeeded: $0.zeroPoint) }
    graph.store(Self.tensor(zeroPoint, values, dims, parameters[0].storage))
    return (scale, zeroPoint)
  }

  /// Codes as a model stores them; the bits of an unsigned code are those of the signed byte.
  private static func tensor(
    _ name: String, _ codes: [Int8], _ dims: [Int], _ storage: StorageType
  ) -> ModelTensor {
    switch storage {
    case .int8: ModelTensor(name: name, elementType: .int8, dims: dims, values: codes)
    case .uint8: ModelTensor(name: name, elementType: .uint8, dims: dims, values: codes)
    case .int4: Tensor(codes, shape: Shape(dims), dtype: .int4).stored(named: name)
    case .uint4:
      Tensor(codes.map { UInt8(bitPattern: $0) }, shape: Shape(dims), dtype: .uint4)
        .stored(named: name)
    }
  }
}

extension QuantizedWeights {
  /// The shape of scales and zero points.
  fileprivate var parameterDims: [Int] {
    guard let axis else { return [] }
    guard let blockSize else { return [parameters.count] }
    var dims = shape
    dims[1 - axis] /= blockSize
    return dims
  }

  /// DequantizeLinear's `axis` is that of the channels, or the one that blocks divide.
  fileprivate var dequantizeAttributes: [String: AttributeValue] {
    guard let axis else { return [:] }
    guard let blockSize else { return ["axis": .int(axis)] }
    return ["axis": .int(1 - axis), "block_size": .int(blockSize)]
  }
}
