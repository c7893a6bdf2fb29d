import Foundation

/// The p-norm of what lies under a sliding window. https://onnx.ai/onnx/operators/onnx__LpPool.html
struct LpPool: PlannedOperator {
  static let opType = "LpPool"
  static let sinceVersion = 2

  private let window: WindowGeometry
  private let p: Int

  init(_ node: Node) throws(GraphError) {
    window = try WindowGeometry(pool: node)
    p = try node.attributes.int("p", default: 2)
    guard p > 0 else { throw .badAttribute(name: "p", reason: "must be positive") }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    return [TensorType(.float32, try SpatialPool(window, input: type.shape).output)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    Prepared(pool: try SpatialPool(window, input: inputs.required(0, "X").type.shape), p: p)
  }
}

private struct Prepared: PreparedKernel {
  let pool: SpatialPool
  let p: Int

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    pool.forEach { output, plane, place in
      var total: Float = 0
      pool.taps.forEachTap(at: place) { _, element in total += power(x[plane + element], p) }
      y[output] = root(total, p)
    }
  }
}

/// |x|^p.
func power(_ x: Float, _ p: Int) -> Float {
  p == 1 ? abs(x) : p == 2 ? x * x : pow(abs(x), Float(p))
}

/// The p-th root.
func root(_ x: Float, _ p: Int) -> Float {
  p == 1 ? x : p == 2 ? x.squareRoot() : pow(x, 1 / Float(p))
}
