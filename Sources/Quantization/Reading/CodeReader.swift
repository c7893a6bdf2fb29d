import CalibrantEngine
import CalibrantONNXFormat

/// Finds the codes and scales of a file's QuantizeLinear and DequantizeLinear nodes.
struct CodeReader: Sendable {
  let graph: Graph
  private let producers: [String: Int]

  init(_ graph: Graph) {
    self.graph = graph
    producers = graph.producers()
  }

  func producer(of name: ValueName?) -> Int? { name.flatMap { producers[$0] } }

  func producer(of name: ValueName?, _ opType: String) -> Node? {
    producer(of: name).map { graph.nodes[$0] }.flatMap { $0.opType == opType ? $0 : nil }
  }

  /// The constant that a DequantizeLinear makes `name` of.
  func codes(of name: String) -> ConstantValue? {
    producer(of: name, "DequantizeLinear").flatMap { graph.constantValue($0.input(0)) }
  }

  /// How many scales the codes behind `name` have.
  func scaleCount(of name: String) throws -> Int {
    let scales = producer(of: name, "DequantizeLinear").flatMap {
      graph.constantValue($0.input(1))
    }
    return try scales?.tensor().count ?? 1
  }

  /// How many bits tell the codes of a dequantized weight apart; nil where it is no such thing.
  func bits(of name: String) throws -> Int? {
    guard let node = producer(of: name, "DequantizeLinear") else { return nil }
    let codes = try integers(node.input(0))
    guard let low = codes.min(), let high = codes.max() else { return nil }
    return (1...8).first { bits in -(1 << (bits - 1)) <= low && high < 1 << (bits - 1) } ?? 8
  }

  /// The values of a DequantizeLinear of a constant; nil where `name` is none.
  func dequantized(_ name: String) throws -> [Float]? {
    guard let node = producer(of: name, "DequantizeLinear"), let stored = codes(of: name) else {
      return nil
    }
    let codes = try integers(node.input(0))
    let scales = try graph.floats(node.input(1)) ?? []
    let zeros = try integers(node.input(2))
    let (axis, blockSize) = (node.int("axis") ?? 0, node.int("block_size") ?? 0)
    let length = scales.count > 1 ? stored.dims[axis] : 1
    let inner = scales.count > 1 ? stored.dims[(axis + 1)...].reduce(1, *) : codes.count
    let blocks = blockSize > 0 ? (length + blockSize - 1) / blockSize : 0
    return codes.enumerated().map { index, code in
      let (row, column) = index.quotientAndRemainder(dividingBy: max(inner, 1))
      let entry = row % length
      let set = blocks > 0 ? (row / length * blocks + entry / blockSize) * inner + column : entry
      let zero = zeros.isEmpty ? 0 : zeros[min(set, zeros.count - 1)]
      return Float(code - zero) * scales[set]
    }
  }

  /// What a quantizer does to the value that becomes `name`; nil where there is none.
  func activation(_ name: String) throws -> RoundedActivation? {
    guard let dequantize = producer(of: name, "DequantizeLinear"),
      let quantize = producer(of: dequantize.input(0), "QuantizeLinear"),
      let source = quantize.input(0)
    else { return nil }
    let zeros = try integers(quantize.input(2))
    let isSigned = graph.constantValue(quantize.input(2))?.elementType == .int8
    let codes: (low: Int, high: Int) = isSigned ? (-128, 127) : (0, 255)
    var (low, high) = (Float(0), Float(0))
    for (index, scale) in try (graph.floats(quantize.input(1)) ?? []).enumerated() {
      let zero = zeros.isEmpty ? 0 : zeros[min(index, zeros.count - 1)]
      low = min(low, Float(codes.low - zero) * scale)
      high = max(high, Float(codes.high - zero) * scale)
    }
    return RoundedActivation(source: source, rounded: name, range: low...high)
  }

  /// Of a constant; nil where it is none.
  func type(of name: ValueName?) -> ElementType? { graph.constantValue(name)?.elementType }

  /// The codes of an initializer; none where it is no such thing.
  func integers(_ name: ValueName?) throws -> [Int] {
    guard let tensor = try graph.constantValue(name)?.tensor() else { return [] }
    return switch tensor.dtype {
    case .int8, .int4: tensor.array(of: Int8.self).map(Int.init)
    case .uint8, .uint4: tensor.array(of: UInt8.self).map(Int.init)
    case .int32: tensor.array(of: Int32.self).map(Int.init)
    default: []
    }
  }
}
