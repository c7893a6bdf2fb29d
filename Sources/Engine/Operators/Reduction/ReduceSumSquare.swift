/// The sum of squares over some axes, or over all.
/// https://onnx.ai/onnx/operators/onnx__ReduceSumSquare.html
struct ReduceSumSquare: Reduction {
  static let opType = "ReduceSumSquare"
  static let sinceVersion = 1

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { sum(row) { $0 * $0 } }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.reduce(0) { $0 &+ $1 &* $1 }
  }
}
