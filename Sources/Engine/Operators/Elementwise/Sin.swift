import Foundation

/// The sine, elementwise. https://onnx.ai/onnx/operators/onnx__Sin.html
struct Sin: FloatFunction {
  static let opType = "Sin"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { sin(x) }
}
