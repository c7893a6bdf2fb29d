import Foundation

/// The hyperbolic sine, elementwise. https://onnx.ai/onnx/operators/onnx__Sinh.html
struct Sinh: FloatFunction {
  static let opType = "Sinh"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { sinh(x) }
}
