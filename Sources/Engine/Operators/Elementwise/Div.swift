/// Integers divide towards zero; by zero they give 0. https://onnx.ai/onnx/operators/onnx__Div.html
struct Div: BinaryArithmetic {
  static let opType = "Div"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    computeArithmetic(
      call, float: { $0 / $1 },
      int32: { $1 == 0 ? 0 : $0.dividedReportingOverflow(by: $1).partialValue },
      int64: { $1 == 0 ? 0 : $0.dividedReportingOverflow(by: $1).partialValue })
  }
}
