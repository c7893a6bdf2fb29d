/// x + bias below −λ, x − bias above λ, 0 between. https://onnx.ai/onnx/operators/onnx__Shrink.html
struct Shrink: FloatFunction {
  static let opType = "Shrink"
  static let sinceVersion = 9

  private let lambda: Float
  private let bias: Float

  init(_ node: Node) throws(GraphError) {
    lambda = try node.attributes.float("lambd", default: 0.5)
    bias = try node.attributes.float("bias", default: 0)
  }

  func value(_ x: Float) -> Float { x < -lambda ? x + bias : x > lambda ? x - bias : 0 }
}
