/// eˣ, elementwise. https://onnx.ai/onnx/operators/onnx__Exp.html
struct Exp: FloatFunction {
  static let opType = "Exp"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { exponential($0) }
  }
}
