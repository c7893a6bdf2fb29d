/// x, or alpha · x where it is negative, on codes.
struct QLinearLeakyRelu: CodeFunction {
  static let opType = "QLinearLeakyRelu"

  private let alpha: Float

  init(_ node: Node) throws(GraphError) {
    alpha = try node.attributes.float("alpha", default: 0.01)
  }

  func value(_ x: Float) -> Float { x >= 0 ? x : alpha * x }
}
