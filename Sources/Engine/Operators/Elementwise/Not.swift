/// https://onnx.ai/onnx/operators/onnx__Not.html
struct Not: OperatorKernel {
  static let opType = "Not"
  static let sinceVersion = 1
  static let traits = OperatorTraits(yieldsNoFloats: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard type.dtype == .bool else {
      throw .wrongInput(name: "X", reason: "is no bool but \(type)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).buffer(of: Bool.self), call.output.buffer(of: Bool.self)) { !$0 }
  }
}
