/// The largest of the inputs, elementwise; NaN where any is NaN. https://onnx.ai/onnx/operators/onnx__Max.html
struct Max: Extremum {
  static let opType = "Max"
  static let sinceVersion = 8

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    foldInputs(
      call, float: { $0 > $1 || $0.isNaN ? $0 : $1 }, int32: { max($0, $1) },
      int64: { max($0, $1) })
  }
}
