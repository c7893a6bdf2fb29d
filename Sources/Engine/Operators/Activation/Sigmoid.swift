/// 1 / (1 + e⁻ˣ), elementwise. https://onnx.ai/onnx/operators/onnx__Sigmoid.html
struct Sigmoid: FloatFunction {
  static let opType = "Sigmoid"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { 1 / (1 + exponential(-$0)) }
  }
}
