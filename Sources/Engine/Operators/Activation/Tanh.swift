import Foundation

/// The hyperbolic tangent, elementwise. https://onnx.ai/onnx/operators/onnx__Tanh.html
struct Tanh: FloatFunction {
  static let opType = "Tanh"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { _ in { tanh($0) } })

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { tanh(x) }
}
