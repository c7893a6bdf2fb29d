/// The sum of magnitudes over some axes, or over all.
/// https://onnx.ai/onnx/operators/onnx__ReduceL1.html
struct ReduceL1: Reduction {
  static let opType = "ReduceL1"
  static let sinceVersion = 1

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { sum(row) { abs($0) } }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.reduce(0) { $0 &+ ($1 < 0 ? 0 &- $1 : $1) }
  }
}
