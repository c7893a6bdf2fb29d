import Foundation

/// The angle whose tangent is x, elementwise. https://onnx.ai/onnx/operators/onnx__Atan.html
struct Atan: FloatFunction {
  static let opType = "Atan"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { atan(x) }
}
