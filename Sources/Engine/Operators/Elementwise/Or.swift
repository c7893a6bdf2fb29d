/// Whether one of two or both hold, elementwise. https://onnx.ai/onnx/operators/onnx__Or.html
struct Or: LogicFunction {
  static let opType = "Or"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func combine(_ a: Bool, _ b: Bool) -> Bool { a || b }
}
