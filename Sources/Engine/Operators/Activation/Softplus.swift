import Foundation

/// ln(1 + eˣ), elementwise; no sum overflows. https://onnx.ai/onnx/operators/onnx__Softplus.html
struct Softplus: FloatFunction {
  static let opType = "Softplus"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { (x <= 0 ? 0 : x) + log1p(exp(-abs(x))) }
}
