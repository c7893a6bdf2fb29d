import Foundation

/// The inverse of the hyperbolic tangent, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Atanh.html
struct Atanh: FloatFunction {
  static let opType = "Atanh"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { atanh(x) }
}
