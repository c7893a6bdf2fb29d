import Foundation

/// The logarithm of the sum over some axes, or over all.
/// https://onnx.ai/onnx/operators/onnx__ReduceLogSum.html
struct ReduceLogSum: Reduction {
  static let opType = "ReduceLogSum"
  static let sinceVersion = 1
  static let types: [DType] = [.float32]

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float { log(sum(row)) }
}
