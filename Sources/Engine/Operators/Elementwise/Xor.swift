/// Whether exactly one of two holds, elementwise. https://onnx.ai/onnx/operators/onnx__Xor.html
struct Xor: LogicFunction {
  static let opType = "Xor"
  static let sinceVersion = 7

  init(_ node: Node) {}

  static func combine(_ a: Bool, _ b: Bool) -> Bool { a != b }
}
