/// The product over some axes, or over all. https://onnx.ai/onnx/operators/onnx__ReduceProd.html
struct ReduceProd: Reduction {
  static let opType = "ReduceProd"
  static let sinceVersion = 1

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { row.reduce(1, *) }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.reduce(1, &*)
  }
}
