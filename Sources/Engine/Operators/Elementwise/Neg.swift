/// −x, elementwise; the least integer stays as it is. https://onnx.ai/onnx/operators/onnx__Neg.html
struct Neg: UnaryArithmetic {
  static let opType = "Neg"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    computeUnary(
      call, float: { -$0 }, int32: { 0 &- $0 }, int64: { 0 &- $0 })
  }
}
