/// At inference the identity; its mask, where somebody reads it, is all true.
/// https://onnx.ai/onnx/operators/onnx__Dropout.html
struct Dropout: OperatorKernel {
  static let opType = "Dropout"
  static let sinceVersion = 7

  private let hasMask: Bool

  init(_ node: Node) { hasMask = node.outputs.count > 1 }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    if let training = inputs.optional(2) {
      guard let flag = training.constant, flag.dtype == .bool,
        !flag.array(of: Bool.self).contains(true)
      else { throw .wrongInput(name: "training_mode", reason: "must be false") }
    }
    return hasMask ? [type, TensorType(.bool, type.shape)] : [type]
  }

  func run(_ call: OperatorCall) {
    call.output.bytes.copyMemory(from: call.input(0).bytes)
    if hasMask { call.outputs[1].buffer(of: Bool.self).update(repeating: true) }
  }
}
