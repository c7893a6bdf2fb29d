import Foundation

/// ln Σ eˣ over some axes, or over all, without overflow.
/// https://onnx.ai/onnx/operators/onnx__ReduceLogSumExp.html
struct ReduceLogSumExp: Reduction {
  static let opType = "ReduceLogSumExp"
  static let sinceVersion = 1
  static let types: [DType] = [.float32]

  let axes: ReductionAxes

  init(_ node: Node) throws(GraphError) { axes = try ReductionAxes(node) }

  static func reduce(_ row: UnsafeBufferPointer<Float>) -> Float {
    let largest = row.reduce(-.infinity) { $1.ranksAbove($0) ? $1 : $0 }
    guard largest.isFinite else { return largest }
    return largest + log(sum(row) { exponential($0 - largest) })
  }
}
