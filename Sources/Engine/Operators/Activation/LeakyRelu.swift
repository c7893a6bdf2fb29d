import Foundation

/// x where it is not negative, α·x elsewhere. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html
struct LeakyRelu: FloatFunction {
  static let opType = "LeakyRelu"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { attributes in
      let alpha = Double((try? attributes.float("alpha")) ?? 0.01)
      return { $0 < 0 ? alpha * $0 : $0 }
    })

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 0.01)
  }

  func value(_ x: Float) -> Float { x < 0 ? alpha * x : x }
}
