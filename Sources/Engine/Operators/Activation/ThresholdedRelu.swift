/// x where it is above α, 0 elsewhere. https://onnx.ai/onnx/operators/onnx__ThresholdedRelu.html
struct ThresholdedRelu: FloatFunction {
  static let opType = "ThresholdedRelu"
  static let sinceVersion = 10

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func value(_ x: Float) -> Float { x > alpha ? x : 0 }
}
