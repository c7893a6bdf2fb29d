import Foundation

/// The natural logarithm, elementwise. https://onnx.ai/onnx/operators/onnx__Log.html
struct Log: FloatFunction {
  static let opType = "Log"
  static let sinceVersion = 1

  init(_ node: Node) {}

  func value(_ x: Float) -> Float { log(x) }
}
