/// √x, elementwise. https://onnx.ai/onnx/operators/onnx__Sqrt.html
struct Sqrt: FloatFunction {
  static let opType = "Sqrt"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { $0.squareRoot() }
  }
}
