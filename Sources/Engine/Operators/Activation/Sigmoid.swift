import Foundation

/// 1 / (1 + e⁻ˣ), elementwise. https://onnx.ai/onnx/operators/onnx__Sigmoid.html
struct Sigmoid: FloatFunction {
  static let opType = "Sigmoid"
  static let sinceVersion = 1
  static let traits = OperatorTraits(
    isElementwise: true,
    function: { _ in { 1 / (1 + exp(-$0)) } })

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { 1 / (1 + exponential(-x)) }
}
