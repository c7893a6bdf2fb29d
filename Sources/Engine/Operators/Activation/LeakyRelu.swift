/// x where it is not negative, α·x elsewhere. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html
struct LeakyRelu: FloatFunction {
  static let opType = "LeakyRelu"
  static let sinceVersion = 6

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 0.01)
  }

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { $0 < 0 ? alpha * $0 : $0 }
  }
}
