import Foundation

/// max(0, min(1, α·x + β)), elementwise; NaN stays NaN. https://onnx.ai/onnx/operators/onnx__HardSigmoid.html
struct HardSigmoid: FloatFunction {
  static let opType = "HardSigmoid"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { attributes in
      let alpha = Double((try? attributes.float("alpha")) ?? 0.2)
      let beta = Double((try? attributes.float("beta")) ?? 0.5)
      return { min(max(alpha * $0 + beta, 0), 1) }
    })

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
