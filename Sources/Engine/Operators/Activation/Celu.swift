/// max(0, x) + min(0, α·(e^(x/α) − 1)), elementwise. https://onnx.ai/onnx/operators/onnx__Celu.html
struct Celu: FloatFunction {
  static let opType = "Celu"
  static let sinceVersion = 12

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func value(_ x: Float) -> Float {
    let scaled = alpha * (exponential(x / alpha) - 1)
    return (x <= 0 ? 0 : x) + (scaled >= 0 ? 0 : scaled)
  }
}
