import Foundation

/// The hyperbolic tangent, elementwise. https://onnx.ai/onnx/operators/onnx__Tanh.html
struct Tanh: FloatFunction {
  static let opType = "Tanh"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { tanh($0) }
  }
}
