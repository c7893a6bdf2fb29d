/// Whether both hold, elementwise. https://onnx.ai/onnx/operators/onnx__And.html
struct And: LogicFunction {
  static let opType = "And"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func combine(_ a: Bool, _ b: Bool) -> Bool { a && b }
}
