import Foundation

/// The inverse of the hyperbolic sine, elementwise. https://onnx.ai/onnx/operators/onnx__Asinh.html
struct Asinh: FloatFunction {
  static let opType = "Asinh"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { asinh(x) }
}
