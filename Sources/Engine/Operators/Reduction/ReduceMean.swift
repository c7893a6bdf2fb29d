/// The mean over some axes, or over all. https://onnx.ai/onnx/operators/onnx__ReduceMean.html
struct ReduceMean: Reduction {
  static let opType = "ReduceMean"
  static let sinceVersion = 1

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { sum(row) / Float(row.count) }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.isEmpty ? 0 : row.reduce(0, &+) / row.count
  }
}
