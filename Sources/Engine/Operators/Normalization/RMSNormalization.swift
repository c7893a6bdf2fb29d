/// scale · x / √(mean(x²) + ε), the mean over the axes from `axis` on. https://onnx.ai/onnx/operators/onnx__RMSNormalization.html
struct RMSNormalization: PlannedOperator {
  static let opType = "RMSNormalization"
  static let sinceVersion = 23

  private let axis: Int
  private let epsilon: Float

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: -1)
    epsilon = try node.attributes.float("epsilon", default: 1e-5)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    let axis = try type.shape.required(axis: axis)
    let scale = try inputs.requiredFloat(1, "scale").shape
    let normalized = Shape(Array(type.shape.dims[axis...]))
    guard normalized.broadcast(with: scale) == normalized else {
      throw .shapeMismatch(reason: "scale \(scale) does not broadcast to \(normalized) of \(type)")
    }
    return [type]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try inputs.required(0, "X").type.shape.required(axis: axis), run)
  }

  private func run(_ call: OperatorCall, _ axis: Int) {
    let (x, y) = (call.input(0), call.output)
    let length = x.shape.count(axis...)
    for row in 0..<x.shape.count(..<axis) where length > 0 {
      let range = row * length..<(row + 1) * length
      let values = UnsafeBufferPointer(rebasing: x.floats[range])
      let factor = 1 / (sum(values) { $0 * $0 } / Float(length) + epsilon).squareRoot()
      mapElements(values, UnsafeMutableBufferPointer(rebasing: y.floats[range])) { $0 * factor }
    }
    let normalized = TensorView(type: y.type, base: UnsafeRawPointer(y.base))
    mapBroadcast(normalized, call.input(1), y, of: Float.self, Float.self) { $0 * $1 }
  }
}
