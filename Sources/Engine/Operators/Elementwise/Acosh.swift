import Foundation

/// The inverse of the hyperbolic cosine, elementwise.
/// https://onnx.ai/onnx/operators/onnx__Acosh.html
struct Acosh: FloatFunction {
  static let opType = "Acosh"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { acosh(x) }
}
