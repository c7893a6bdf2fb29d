/// Finds the layers of a graph that compute from 8-bit codes, and which of them runtimes compute on integers: those that ONNX
/// Runtime fuses by default, a layer between DequantizeLinear and QuantizeLinear, a Relu or Clip that the output's range
/// implies in between; of Gemm and MatMul also those whose output stays in float.
struct IntegerPatterns {
  /// How codes of one scale for the whole tensor stand for values.
  struct Grid: Equatable {
    let scale: Float
    let zeroPoint: Int
    let dtype: DType

    var unsignedZeroPoint: Int { zeroPoint + (dtype == .int8 ? 128 : 0) }

    var rounding: GridRounding {
      let limits = dtype == .int8 ? -128...127 : 0...255
      return GridRounding(scale: scale, limits: limits, zeroPoint: zeroPoint)
    }
  }

  struct Match {
    let input: Grid
    /// nil where the output stays in float.
    let output: Grid?
    /// The Add that the layer takes the bias of.
    let added: Int?
  }

  private let graph: Graph
  private let producers: [ValueName: Int]
  private let consumers: [ValueName: [Int]]
  private let outputs: Set<ValueName>

  init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
    consumers = graph.consumers()
    outputs = Set(graph.outputs)
  }

  func match(_ index: Int) -> Match? {
    let node = graph.nodes[index]
    guard node.is("Conv", "MatMul", "Gemm"), node.inputs.count >= 2, node.outputs.count == 1,
      let result = node.output, let input = grid(of: node.input(0)),
      // Runtimes widen products of unsigned codes.
      let layer = weights(of: node), layer.areSigned
    else { return nil }
    let added = node.is("MatMul") ? addedBias(after: result, count: layer.scales.count) : nil
    let last = added?.result ?? result
    let output = output(of: last, input.dtype)
    // Runtimes multiply matrices of codes for a result in float, convolve them only for codes.
    guard output.isCodes || (output == .float && !node.is("Conv") && added == nil),
      bias(of: node, added, input.scale, layer.scales, mayBeFloat: output.isCodes) != nil
    else { return nil }
    return Match(input: input, output: output.grid, added: added?.node)
  }

  // MARK: Input

  /// Operators through which codes pass unchanged.
  private static let moving: Set<String> = [
    "MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze",
  ]

  /// The grid on which a value lies since it was dequantized.
  private func grid(of id: ValueName?) -> Grid? {
    guard let id, let index = producers[id] else { return nil }
    let node = graph.nodes[index]
    if node.domain.isEmpty, Self.moving.contains(node.opType) || graph.padsWithZeros(node) {
      return grid(of: node.input(0))
    }
    return node.is("DequantizeLinear") ? parameters(of: node) : nil
  }

  /// Scale and zero point of QuantizeLinear or DequantizeLinear with one of each, of 8 bits.
  func parameters(of node: Node) -> Grid? {
    guard node.inputs.count >= 2, !node.attributes.contains("block_size"),
      let scale = graph.constant(node.input(1)), scale.dtype == .float32, scale.count == 1
    else { return nil }
    let value = scale.array(of: Float.self)[0]
    guard value > 0, value.isFinite else { return nil }
    guard let id = node.input(2) else {
      return isUnsignedWithoutZeroPoint(node)
        ? Grid(scale: value, zeroPoint: 0, dtype: .uint8) : nil
    }
    guard let zero = graph.constant(id), zero.count == 1,
      zero.dtype == .uint8 || zero.dtype == .int8, let zeroPoint = zero.integers?[0]
    else { return nil }
    return Grid(scale: value, zeroPoint: zeroPoint, dtype: zero.dtype)
  }

  /// QuantizeLinear without a zero point makes uint8 codes.
  private func isUnsignedWithoutZeroPoint(_ node: Node) -> Bool {
    if node.is("QuantizeLinear") { return !node.attributes.contains("output_dtype") }
    guard let codes = node.input(0) else { return false }
    if let producer = producers[codes] {
      let source = graph.nodes[producer]
      return source.is("QuantizeLinear") && source.inputs.count < 3
        && isUnsignedWithoutZeroPoint(source)
    }
    return graph.inputs.first { $0.name == codes }?.dtype == .uint8
  }

  // MARK: Weights

  /// A layer's constant weights as the integer operators read them.
  struct Weights {
    /// int8, in Conv's layout or N × K.
    let codes: Tensor
    let zeroPoint: Int
    /// One per output channel.
    let scales: [Float]
    /// Whether they are stored as signed codes.
    let areSigned: Bool
  }

  func weights(of node: Node) -> Weights? {
    guard let id = node.input(1), let index = producers[id] else { return nil }
    let dequantize = graph.nodes[index]
    guard dequantize.is("DequantizeLinear"), !dequantize.attributes.contains("block_size"),
      let stored = graph.constant(dequantize.input(0)), stored.count > 0,
      let codes = signedBytes(stored),
      let scale = graph.constant(dequantize.input(1)), scale.dtype == .float32,
      let axis = outputAxis(of: node, codes.shape),
      let zeroPoint = commonZeroPoint(of: dequantize, stored.dtype),
      let scales = spread(scale, dequantize, along: axis, of: codes.shape)
    else { return nil }
    return Weights(
      codes: node.is("Conv") || axis == 0 ? codes : transposed(codes),
      zeroPoint: stored.dtype == .uint8 ? zeroPoint - 128 : zeroPoint, scales: scales,
      areSigned: stored.dtype != .uint8)
  }

  /// Unsigned bytes are moved down by 128; codes of fewer bits are bytes in memory.
  private func signedBytes(_ codes: Tensor) -> Tensor? {
    switch codes.dtype {
    case .int8: codes
    case .int4, .int2: Tensor(codes.array(of: Int8.self), shape: codes.shape)
    case .uint8:
      Tensor(
        codes.array(of: UInt8.self).map { Int8(bitPattern: $0 ^ 0x80) }, shape: codes.shape)
    case .uint4, .uint2:
      Tensor(codes.array(of: UInt8.self).map { Int8($0) }, shape: codes.shape)
    default: nil
    }
  }

  /// A constant of unsigned bytes, or moved up to them, that is quantized with one scale.
  func quantizedConstant(_ name: ValueName?) -> (codes: Tensor, grid: Grid)? {
    guard let index = name.flatMap({ producers[$0] }), graph.nodes[index].is("DequantizeLinear"),
      let grid = parameters(of: graph.nodes[index]),
      let codes = graph.constant(graph.nodes[index].input(0)), codes.dtype == grid.dtype
    else { return nil }
    guard codes.dtype == .int8 else { return (codes, grid) }
    let bytes = codes.array(of: Int8.self).map { UInt8(bitPattern: $0) ^ 0x80 }
    return (Tensor(bytes, shape: codes.shape), grid)
  }

  private func outputAxis(of node: Node, _ shape: Shape) -> Int? {
    if node.is("Conv") { return shape.rank >= 3 ? 0 : nil }
    guard shape.rank == 2 else { return nil }
    if node.is("MatMul") { return 1 }
    guard (try? node.attributes.float("alpha", default: 1)) == 1,
      (try? node.attributes.float("beta", default: 1)) == 1,
      (try? node.attributes.flag("transA")) == false,
      let isTransposed = try? node.attributes.flag("transB")
    else { return nil }
    return isTransposed ? 0 : 1
  }

  private func commonZeroPoint(of dequantize: Node, _ dtype: DType) -> Int? {
    guard let id = dequantize.input(2) else { return 0 }
    guard let zero = graph.constant(id), zero.dtype == dtype, let values = zero.integers,
      let first = values.first
    else { return nil }
    return values.allSatisfy { $0 == first } ? first : nil
  }

  private func spread(
    _ scale: Tensor, _ dequantize: Node, along axis: Int, of shape: Shape
  ) -> [Float]? {
    let values = scale.array(of: Float.self)
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    if values.count == 1 { return [Float](repeating: values[0], count: shape[axis]) }
    guard let given = try? dequantize.attributes.int("axis", default: 1),
      shape.resolve(axis: given) == axis, values.count == shape[axis]
    else { return nil }
    return values
  }

  private func transposed(_ matrix: Tensor) -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    return matrix.withBuffer(of: Int8.self) { values in
      Tensor(
        (0..<values.count).map { values[$0 % rows * columns + $0 / rows] }, shape: [columns, rows])
    }
  }

  // MARK: Bias

  typealias AddedBias = (values: Tensor, result: ValueName, node: Int)

  /// The vector that the only reader of a MatMul adds to it.
  func addedBias(
    after id: ValueName, count: Int
  ) -> AddedBias? {
    guard !outputs.contains(id), let readers = consumers[id], readers.count == 1,
      graph.nodes[readers[0]].is("Add"), graph.nodes[readers[0]].inputs.count == 2,
      let result = graph.nodes[readers[0]].output
    else { return nil }
    for input in graph.nodes[readers[0]].inputs {
      if let values = graph.constant(input), values.dtype == .float32, values.shape.dims == [count]
      {
        return (values, result, readers[0])
      }
    }
    return nil
  }

  /// Whether a tensor holds one value per output, and not one per row.
  private func isRow(_ values: Tensor, count: Int) -> Bool {
    values.count == count && values.shape.dims.last == count
  }

  /// An int32 bias as it is stored, or a float one in steps of s_x · s_w, as runtimes turn it.
  /// - Parameter checksScale: whether a stored one must be in those steps; runtimes take it without looking.
  func bias(
    of node: Node, _ added: AddedBias?, _ inputScale: Float,
    _ scales: [Float], mayBeFloat: Bool, checksScale: Bool = false
  ) -> [Int32]? {
    var given = added?.values
    if given == nil {
      guard let id = node.input(2) else {
        return [Int32](repeating: 0, count: scales.count)
      }
      if let index = producers[id] {
        let dequantize = graph.nodes[index]
        let isInSteps = !checksScale || hasScale(dequantize, scales.map { inputScale * $0 })
        return isInSteps ? storedBias(dequantize, count: scales.count) : nil
      }
      given = graph.constant(id)
    }
    guard mayBeFloat, let given, given.dtype == .float32, isRow(given, count: scales.count)
    else {
      return nil
    }
    return zip(given.array(of: Float.self), scales).map { value, scale in
      let steps = (value / (inputScale * scale)).rounded(.toNearestOrEven)
      return Int32(Double(min(max(steps.isNaN ? 0 : steps, -0x1p31), 0x1p31 - 128)))
    }
  }

  private func hasScale(_ dequantize: Node, _ steps: [Float]) -> Bool {
    guard let scale = graph.constant(dequantize.input(1)), scale.dtype == .float32 else {
      return false
    }
    let values = scale.array(of: Float.self)
    return steps.indices.allSatisfy { i in
      let value = values.count == 1 ? values[0] : i < values.count ? values[i] : 0
      return abs(value - steps[i]) <= 2 * steps[i].ulp
    }
  }

  private func storedBias(_ node: Node, count: Int) -> [Int32]? {
    guard node.is("DequantizeLinear"), let codes = graph.constant(node.input(0)),
      graph.constant(node.input(1))?.dtype == .float32, codes.dtype == .int32,
      isRow(codes, count: count)
    else { return nil }
    return codes.array(of: Int32.self)
  }

  // MARK: Output

  /// What becomes of a layer's result.
  private enum Output: Equatable {
    case codes(Grid)
    case float
    /// Something between the layer and the codes that the codes do not imply, or codes of another type.
    case apart

    var grid: Grid? {
      if case .codes(let grid) = self { grid } else { nil }
    }

    var isCodes: Bool { grid != nil }

    init(_ grid: Grid, of dtype: DType) {
      self = grid.dtype == dtype ? .codes(grid) : .apart
    }
  }

  private func output(of id: ValueName, _ dtype: DType) -> Output {
    let readers = readers(of: id)
    if let grid = commonGrid(readers) { return Output(grid, of: dtype) }
    if readers.contains(where: { $0.is("QuantizeLinear") }) { return .apart }
    guard readers.count == 1, let next = readers[0].outputs.first ?? nil else { return .float }
    if let activation = graph.activation(of: readers[0]), self.readers(of: next).count == 1 {
      guard let grid = quantizerGrid(of: next), grid.rounding.implies(activation) else {
        return .apart
      }
      return Output(grid, of: dtype)
    }
    guard let grid = quantizerGrid(of: id) else { return .float }
    return Output(grid, of: dtype)
  }

  /// The nodes that read a value; none for an output of the graph.
  private func readers(of id: ValueName) -> [Node] {
    outputs.contains(id) ? [] : (consumers[id] ?? []).map { graph.nodes[$0] }
  }

  /// The grid of all readers of a value, directly or behind what only moves codes.
  private func quantizerGrid(of id: ValueName) -> Grid? {
    let readers = readers(of: id)
    if let grid = commonGrid(readers) { return grid }
    guard readers.count == 1, readers[0].domain.isEmpty, Self.moving.contains(readers[0].opType),
      let next = readers[0].outputs.first ?? nil
    else { return nil }
    return quantizerGrid(of: next)
  }

  private func commonGrid(_ readers: [Node]) -> Grid? {
    guard let first = readers.first, readers.allSatisfy({ $0.is("QuantizeLinear") }),
      let grid = parameters(of: first)
    else { return nil }
    let same = readers.allSatisfy { reader in
      guard let other = parameters(of: reader) else { return false }
      return other.rounding == grid.rounding && other.dtype == grid.dtype
    }
    return same ? grid : nil
  }
}
