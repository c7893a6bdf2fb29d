/// The sum over some axes, or over all. https://onnx.ai/onnx/operators/onnx__ReduceSum.html
struct ReduceSum: Reduction {
  static let opType = "ReduceSum"
  static let sinceVersion = 1

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { sum(row) }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.reduce(0, &+)
  }
}
