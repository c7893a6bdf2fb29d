/// γ·x where x is positive, γ·(α·eˣ − α) elsewhere. https://onnx.ai/onnx/operators/onnx__Selu.html
struct Selu: FloatFunction {
  static let opType = "Selu"
  static let sinceVersion = 1

  private let alpha: Float
  private let gamma: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1.673_263_2)
    gamma = try node.attributes.float("gamma", default: 1.050_701)
  }

  func value(_ x: Float) -> Float { gamma * (x > 0 ? x : alpha * exponential(x) - alpha) }
}
