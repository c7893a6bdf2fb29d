/// x where it is not negative, α·(eˣ − 1) elsewhere. https://onnx.ai/onnx/operators/onnx__Elu.html
struct Elu: FloatFunction {
  static let opType = "Elu"
  static let sinceVersion = 1

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 1)
  }

  func value(_ x: Float) -> Float { x < 0 ? alpha * (exponential(x) - 1) : x }
}
