import Foundation

/// x − max − ln Σ exp(x − max) along an axis. https://onnx.ai/onnx/operators/onnx__LogSoftmax.html
struct LogSoftmax: OperatorKernel {
  static let opType = "LogSoftmax"
  static let sinceVersion = 1

  private let axis: SoftmaxAxis

  init(_ node: Node) throws(GraphError) { axis = try SoftmaxAxis(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    try axis.outputTypes(inputs)
  }

  func run(_ call: OperatorCall) {
    logSoftmax(
      call.input(0).floats, axis.loop(over: call.output.shape), into: call.output.floats)
  }
}

/// x − max − ln Σ exp(x − max) along each line.
func logSoftmax(
  _ x: UnsafeBufferPointer<Float>, _ loop: AxisLoop, into y: UnsafeMutableBufferPointer<Float>
) {
  loop.forEachLine { _, start in
    let line = (0..<loop.length).map { start + $0 * loop.inner }
    let largest = line.reduce(-.infinity) { max($0, x[$1]) }
    let total = line.reduce(0) { $0 + exponential(x[$1] - largest) }
    let shift = log(total)
    for i in line { y[i] = x[i] - largest - shift }
  }
}
