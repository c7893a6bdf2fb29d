/// max(0, min(1, α·x + β)), elementwise; NaN stays NaN. https://onnx.ai/onnx/operators/onnx__HardSigmoid.html
struct HardSigmoid: FloatFunction {
  static let opType = "HardSigmoid"
  static let sinceVersion = 1

  private let alpha: Float
  private let beta: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 0.2)
    beta = try node.attributes.float("beta", default: 0.5)
  }

  func value(_ x: Float) -> Float {
    let line = alpha * x + beta
    let lowered = line >= 1 ? 1 : line
    return lowered <= 0 ? 0 : lowered
  }
}
