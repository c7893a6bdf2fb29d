import Foundation

/// The angle whose cosine is x, elementwise. https://onnx.ai/onnx/operators/onnx__Acos.html
struct Acos: FloatFunction {
  static let opType = "Acos"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { acos(x) }
}
