/// |x|, elementwise; the least integer stays as it is. https://onnx.ai/onnx/operators/onnx__Abs.html
struct Abs: UnaryArithmetic {
  static let opType = "Abs"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    computeUnary(
      call, float: { abs($0) }, int32: { $0 < 0 ? 0 &- $0 : $0 }, int64: { $0 < 0 ? 0 &- $0 : $0 })
  }
}
