/// x / (1 + e^(−α·x)), elementwise. https://onnx.ai/onnx/operators/onnx__Swish.html
struct Swish: FloatFunction {
  static let opType = "Swish"
  static let sinceVersion = 24

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func value(_ x: Float) -> Float { x / (1 + exponential(-alpha * x)) }
}
