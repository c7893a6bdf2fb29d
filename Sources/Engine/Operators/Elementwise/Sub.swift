/// https://onnx.ai/onnx/operators/onnx__Sub.html
struct Sub: BinaryArithmetic {
  static let opType = "Sub"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    computeArithmetic(call, float: { $0 - $1 }, int32: { $0 &- $1 }, int64: { $0 &- $1 })
  }
}
