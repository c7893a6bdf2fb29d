/// At inference the identity; its mask, where somebody reads it, is all true.
/// https://onnx.ai/onnx/operators/onnx__Dropout.html
struct Dropout: OperatorKernel {
  static let opType = "Dropout"
  static let sinceVersion = 7

  private let hasMask: Bool

  init(_ node: Node) { hasMask = node.outputs.count > 1 }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    if let training = inputs.optional(2), try !isInference(training, ratio: inputs.optional(1)) {
      throw .notImplemented(reason: "dropping elements at random, as training does,")
    }
    return hasMask ? [type, TensorType(.bool, type.shape)] : [type]
  }

  /// Whether nothing is dropped.
  private func isInference(_ training: Operand, ratio: Operand?) throws(GraphError) -> Bool {
    guard let flag = training.constant else { throw .dependsOnData(input: "training_mode") }
    guard flag.dtype == .bool else {
      throw .wrongInput(name: "training_mode", reason: "is no bool but \(flag.type)")
    }
    guard flag.array(of: Bool.self).contains(true) else { return true }
    return ratio?.constant.map { $0.dtype == .float32 && $0.array(of: Float.self) == [0] } ?? false
  }

  func run(_ call: OperatorCall) {
    call.output.bytes.copyMemory(from: call.input(0).bytes)
    if hasMask { call.outputs[1].buffer(of: Bool.self).update(repeating: true) }
  }
}
