/// 1 at the first largest element along an axis, which NaN is, 0 elsewhere. https://onnx.ai/onnx/operators/onnx__Hardmax.html
struct Hardmax: OperatorKernel {
  static let opType = "Hardmax"
  static let sinceVersion = 1

  private let axis: SoftmaxAxis

  init(_ node: Node) throws(GraphError) { axis = try SoftmaxAxis(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    try axis.outputTypes(inputs)
  }

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    let loop = axis.loop(over: call.output.shape)
    y.update(repeating: 0)
    loop.forEachLine { _, start in
      var best = start
      for i in 1..<max(loop.length, 1) where x[start + i * loop.inner].ranksAbove(x[best]) {
        best = start + i * loop.inner
      }
      if loop.length > 0 { y[best] = 1 }
    }
  }
}
