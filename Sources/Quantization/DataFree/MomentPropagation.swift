import CalibrantEngine
import Foundation
import CalibrantONNXFormat

/// Walks a model in order and follows the moments of its values.
struct MomentPropagation {
  let graph: Graph
  /// What batch norms say of their outputs, folded or not.
  let normalized: [String: [ChannelNormal]]
  var known: [String: ChannelMoments] = [:]

  mutating func visit(_ node: Node) throws(QuantizationError) {
    guard node.domain.isEmpty, let output = node.output else { return }
    if let normals = normalized[output], !normals.isEmpty {
      known[output] = ChannelMoments(normals)
      return
    }
    guard let result = try moments(after: node) else { return }
    for output in node.computed where !output.isEmpty { known[output] = result }
  }

  private func moments(after node: Node) throws(QuantizationError) -> ChannelMoments? {
    switch node.opType {
    case "Conv", "Gemm", "MatMul": return try linear(node)
    case "Add", "Sub", "Mul", "Div", "Min": return try arithmetic(node)
    case "Concat": return concatenated(node)
    case "Slice": return try sliced(node)
    case "Pad": return try padded(node)
    case "Relu", "Clip": return clipped(node)
    case "LayerNormalization", "InstanceNormalization": return try normalOutput(node)
    case "Transpose", "Split": return operand(node, 0)?.collapsed()
    // Each score by itself, against one other of 0.
    case "Softmax": return operand(node, 0)?.map { $0.mapped { 1 / (1 + exp(-$0)) } }
    // Of pixels that a network reads as bytes.
    case "Cast": return node.int("to") == ElementType.float32.rawValue ? operand(node, 0) : nil
    default: break
    }
    if let input = graph.passedThrough(node) { return known[input] }
    if node.is("AveragePool", "GlobalAveragePool", "Dropout", "Identity") {
      return operand(node, 0)
    }
    guard let function = node.traits.function?(node.attributes) else { return nil }
    return operand(node, 0)?.map { $0.mapped(function) }
  }

  private func operand(_ node: Node, _ index: Int) -> ChannelMoments? {
    node.input(index).flatMap { known[$0] }
  }

  /// Norms whose statistics come from the data: their output is N(β, γ²) by construction.
  private func normalOutput(_ node: Node) throws(QuantizationError) -> ChannelMoments? {
    guard let scale = try parameter(node, 1), !scale.isEmpty else { return nil }
    let bias = try parameter(node, 2) ?? Array(repeating: 0, count: scale.count)
    guard bias.count == scale.count else { return nil }
    return ChannelMoments(
      zip(bias, scale).map { ChannelNormal(mean: Double($0), deviation: Double(abs($1))) })
  }

  private func parameter(_ node: Node, _ index: Int) throws(QuantizationError) -> [Float]? {
    guard let name = node.input(index) else { return nil }
    return try graph.floats(name)
  }

  private func linear(_ node: Node) throws(QuantizationError) -> ChannelMoments? {
    guard let input = operand(node, 0), let name = node.input(1),
      let tensor = graph.constants[name], let weights = try graph.floats(name),
      let axis = WeightAxis.axis(of: node, rank: tensor.dims.count)
    else { return nil }
    var bias: [Float]?
    if let name = node.input(2) {
      guard let values = try graph.floats(name), values.count == tensor.dims[axis] else {
        return nil
      }
      bias = values
    }
    guard node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1 else { return nil }
    let layer = LinearMoments(weights: weights, shape: tensor.dims, bias: bias)
    if node.is("Conv") {
      let groups = node.int("group") ?? 1
      guard groups > 0, tensor.dims[0].isMultiple(of: groups) else { return nil }
      return layer.convolved(input, groups: groups)
    }
    return tensor.dims.count == 2 ? layer.multiplied(input, outputAxis: axis) : nil
  }

  private func arithmetic(_ node: Node) throws(QuantizationError) -> ChannelMoments? {
    guard let left = try moments(node, 0), let right = try moments(node, 1) else { return nil }
    switch node.opType {
    case "Add": return left.combined(with: right) { $0.adding($1) }
    case "Sub": return left.combined(with: right) { $0.adding($1.affine(-1, 0)) }
    case "Min":
      guard right.channels.allSatisfy({ $0.variance == 0 }) else { return nil }
      return left.combined(with: right) { $0.clipped(-.infinity, $1.mean) }
    case "Mul": return left.combined(with: right) { $0.multiplying($1) }
    default:
      guard right.channels.allSatisfy({ $0.variance == 0 && $0.mean != 0 }) else { return nil }
      return left.combined(with: right) { $0.affine(1 / $1.mean, 0) }
    }
  }

  /// The moments of an operand that may be a constant.
  private func moments(_ node: Node, _ index: Int) throws(QuantizationError)
    -> ChannelMoments?
  {
    guard let name = node.input(index) else { return nil }
    if let computed = known[name] { return computed }
    guard let values = try graph.floats(name), !values.isEmpty else { return nil }
    return ChannelMoments(
      values.map { value in
        let value = Double(value)
        return ChannelMoments.Channel(mean: value, variance: 0, lower: value, upper: value)
      })
  }

  private func concatenated(_ node: Node) -> ChannelMoments? {
    let parts = node.read.compactMap { known[$0] }
    guard parts.count == node.inputs.count, !parts.isEmpty else { return nil }
    let joined = ChannelMoments(parts.flatMap(\.channels))
    return node.int("axis") == 1 ? joined : joined.collapsed()
  }

  private func sliced(_ node: Node) throws(QuantizationError) -> ChannelMoments? {
    guard let input = operand(node, 0) else { return nil }
    guard let starts = try integers(node, 1), let ends = try integers(node, 2),
      starts.count == ends.count
    else { return input.collapsed() }
    let axes = try integers(node, 3) ?? Array(starts.indices)
    let steps = try integers(node, 4) ?? Array(repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count, axes.allSatisfy({ $0 >= 0 })
    else { return input.collapsed() }
    guard let i = axes.firstIndex(of: 1) else { return input }
    let count = input.channels.count
    func clamp(_ index: Int) -> Int { min(max(index < 0 ? index &+ count : index, 0), count) }
    let (first, last) = (clamp(starts[i]), clamp(ends[i]))
    guard steps[i] > 0, first < last, count > 1 else { return input.collapsed() }
    return ChannelMoments(stride(from: first, to: last, by: steps[i]).map { input.channels[$0] })
  }

  private func padded(_ node: Node) throws(QuantizationError) -> ChannelMoments? {
    guard let input = operand(node, 0), graph.passedThrough(node) != nil else { return nil }
    let pads = try integers(node, 1) ?? node.ints("pads") ?? []
    let rank = pads.count / 2
    guard rank > 1, node.input(3) == nil, (0...4096).contains(pads[1]),
      (0...4096).contains(pads[rank + 1])
    else { return input.includingZero().collapsed() }
    let zero = ChannelMoments.Channel(mean: 0, variance: 0, lower: 0, upper: 0)
    return ChannelMoments(
      Array(repeating: zero, count: pads[1]) + input.includingZero().channels
        + Array(repeating: zero, count: pads[rank + 1]))
  }

  private func clipped(_ node: Node) -> ChannelMoments? {
    switch graph.activation(of: node) {
    case .relu: operand(node, 0)?.map { $0.clipped(0, .infinity) }
    case .clip(let low, let high):
      // A bound that is missing is the largest float.
      operand(node, 0)?.map {
        $0.clipped(
          low == -.greatestFiniteMagnitude ? -.infinity : Double(low),
          high == .greatestFiniteMagnitude ? .infinity : Double(high))
      }
    default: nil
    }
  }

  private func integers(_ node: Node, _ index: Int) throws(QuantizationError) -> [Int]? {
    guard let name = node.input(index) else { return nil }
    return try graph.integers(name)
  }
}
