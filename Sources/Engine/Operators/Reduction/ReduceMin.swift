/// The smallest element over some axes, or over all; ∞ of none, NaN where any is NaN.
/// https://onnx.ai/onnx/operators/onnx__ReduceMin.html
struct ReduceMin: Reduction {
  static let opType = "ReduceMin"
  static let sinceVersion = 1
  static let types: [DType] = reductionTypes + [.bool]

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float {
    row.reduce(.infinity) { $1 < $0 || $1.isNaN ? $1 : $0 }
  }

  static func reduce(_ row: ArraySlice<Int>, limits: ClosedRange<Int>) -> Int {
    row.min() ?? limits.upperBound
  }
}
