/// scale · (x − mean) / √(variance + ε) + bias, mean and variance over the axes from `axis` on.
///
/// Further outputs are the means and the factors 1 / √(variance + ε).
/// https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
struct LayerNormalization: OperatorKernel {
  static let opType = "LayerNormalization"
  static let sinceVersion = 17

  private let axis: Int
  private let epsilon: Float
  private let outputCount: Int

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: -1)
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
    outputCount = max(1, min(node.outputs.count, 3))
    guard try node.attributes.int("stash_type", default: 1) == 1 else {
      throw .badAttribute(name: "stash_type", reason: "must be float32")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    guard let axis = type.shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(type.shape)")
    }
    let normalized = Array(type.shape.dims[axis...])
    for (index, name) in [(1, "Scale"), (2, "B")] where index == 1 || inputs.optional(2) != nil {
      let shape = try inputs.requiredFloat(index, name).shape
      guard shape.dims == normalized else {
        throw .shapeMismatch(
          reason: "\(name) \(shape) does not match the axes \(normalized) of \(type.shape)")
      }
    }
    let statistics = Shape(type.shape.dims[..<axis] + normalized.map { _ in 1 })
    return [type] + Array(repeating: TensorType(.float32, statistics), count: outputCount - 1)
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    let axis = axis < 0 ? axis + shape.rank : axis
    let length = shape.count(axis...)
    let (scale, bias) = (call.input(1).floats, call.optionalInput(2)?.floats)
    guard length > 0 else { return }
    let rows = shape.count(..<axis)
    let piece = max(1, Self.elementsAtOnce / length)
    call.workers.forEach((rows + piece - 1) / piece) { index in
      for row in index * piece..<min((index + 1) * piece, rows) {
        normalize(row, length, scale, bias, call)
      }
    }
  }

  /// Worth waking a worker for.
  private static let elementsAtOnce = 4096

  private func normalize(
    _ row: Int, _ length: Int, _ scale: UnsafeBufferPointer<Float>,
    _ bias: UnsafeBufferPointer<Float>?, _ call: OperatorCall
  ) {
    let range = row * length..<(row + 1) * length
    let x = UnsafeBufferPointer(rebasing: call.input(0).floats[range])
    let y = UnsafeMutableBufferPointer(rebasing: call.output.floats[range])
    let mean = sum(x) / Float(length)
    mapElements(x, y) { ($0 - mean) * ($0 - mean) }
    let variance = sum(UnsafeBufferPointer(y)) / Float(length)
    let factor = 1 / (variance + epsilon).squareRoot()
    for i in 0..<length { y[i] = (x[i] - mean) * factor * scale[i] }
    if let bias {
      for i in 0..<length { y[i] += bias[i] }
    }
    if outputCount > 1 { call.outputs[1].floats[row] = mean }
    if outputCount > 2 { call.outputs[2].floats[row] = factor }
  }
}
