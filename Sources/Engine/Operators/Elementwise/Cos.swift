import Foundation

/// The cosine, elementwise. https://onnx.ai/onnx/operators/onnx__Cos.html
struct Cos: FloatFunction {
  static let opType = "Cos"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { cos(x) }
}
