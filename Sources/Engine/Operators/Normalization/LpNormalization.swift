/// x divided by its p-norm along an axis; 0 where that is 0. https://onnx.ai/onnx/operators/onnx__LpNormalization.html
struct LpNormalization: OperatorKernel {
  static let opType = "LpNormalization"
  static let sinceVersion = 1

  private let axis: Int
  private let p: Int

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: -1)
    p = try node.attributes.int("p", default: 2)
    guard p == 1 || p == 2 else { throw .badAttribute(name: "p", reason: "must be 1 or 2") }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    _ = try type.shape.required(axis: axis)
    return [type]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    let loop = AxisLoop(call.output.shape, axis: try call.output.shape.required(axis: axis))
    loop.forEachLine { _, start in
      let line = (0..<loop.length).map { start + $0 * loop.inner }
      let norm = root(line.reduce(0) { $0 + power(x[$1], p) }, p)
      for i in line { y[i] = norm == 0 ? 0 : x[i] / norm }
    }
  }
}
