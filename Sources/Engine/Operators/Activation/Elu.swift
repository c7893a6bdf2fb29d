import Foundation

/// x where it is not negative, α·(eˣ − 1) elsewhere. https://onnx.ai/onnx/operators/onnx__Elu.html
struct Elu: FloatFunction {
  static let opType = "Elu"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { attributes in
      let alpha = Double((try? attributes.float("alpha")) ?? 1)
      return { $0 < 0 ? alpha * (exp($0) - 1) : $0 }
    })

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func value(_ x: Float) -> Float { x < 0 ? alpha * (exponential(x) - 1) : x }
}
