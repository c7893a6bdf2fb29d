/// The smallest of the inputs, elementwise; NaN where any is NaN. https://onnx.ai/onnx/operators/onnx__Min.html
struct Min: Extremum {
  static let opType = "Min"
  static let sinceVersion = 8

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    foldInputs(
      call, float: { $0 < $1 || $0.isNaN ? $0 : $1 }, int32: { min($0, $1) },
      int64: { min($0, $1) })
  }
}
