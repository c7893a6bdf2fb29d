import Foundation

/// The tangent, elementwise. https://onnx.ai/onnx/operators/onnx__Tan.html
struct Tan: FloatFunction {
  static let opType = "Tan"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { tan(x) }
}
