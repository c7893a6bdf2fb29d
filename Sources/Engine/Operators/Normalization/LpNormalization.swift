/// x divided by its p-norm along an axis; 0 where that is 0. https://onnx.ai/onnx/operators/onnx__LpNormalization.html
struct LpNormalization: PlannedOperator {
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

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let shape = try inputs.required(0, "input").type.shape
    return PlannedRun(AxisLoop(shape, axis: try shape.required(axis: axis)), run)
  }

  private func run(_ call: OperatorCall, _ loop: AxisLoop) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    loop.forEachLine { _, start in
      let line = (0..<loop.length).map { start + $0 * loop.inner }
      let norm = root(line.reduce(0) { $0 + power(x[$1], p) }, p)
      for i in line { y[i] = norm == 0 ? 0 : x[i] / norm }
    }
  }
}
