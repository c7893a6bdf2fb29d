import Foundation

/// The hyperbolic cosine, elementwise. https://onnx.ai/onnx/operators/onnx__Cosh.html
struct Cosh: FloatFunction {
  static let opType = "Cosh"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { cosh(x) }
}
