import Foundation

/// The angle whose sine is x, elementwise. https://onnx.ai/onnx/operators/onnx__Asin.html
struct Asin: FloatFunction {
  static let opType = "Asin"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { asin(x) }
}
