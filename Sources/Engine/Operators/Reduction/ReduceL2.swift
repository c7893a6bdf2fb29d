/// The root of the sum of squares over some axes, or over all.
/// https://onnx.ai/onnx/operators/onnx__ReduceL2.html
struct ReduceL2: Reduction {
  static let opType = "ReduceL2"
  static let sinceVersion = 1
  static let types: [DType] = [.float32]

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float {
    sum(row) { $0 * $0 }.squareRoot()
  }
}
