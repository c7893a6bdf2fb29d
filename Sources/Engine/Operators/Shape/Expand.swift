/// The input broadcast to a shape, which it may also exceed. https://onnx.ai/onnx/operators/onnx__Expand.html
struct Expand: OperatorKernel {
  static let opType = "Expand"
  static let sinceVersion = 8

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard let requested = try inputs.knownIntegers(1, "shape") else {
      throw .wrongInput(name: "shape", reason: "is missing")
    }
    guard let shape = type.shape.broadcast(with: Shape(requested)) else {
      throw .shapeMismatch(reason: "\(type.shape) does not broadcast to \(requested)")
    }
    return [TensorType(type.dtype, shape)]
  }

  func run(_ call: OperatorCall) {
    let (input, output) = (call.input(0), call.output)
    stridedCopy(
      input.base, offset: 0, strides: broadcastStrides(of: input.shape, to: output.shape),
      shape: output.shape, elementSize: input.dtype.byteSize, into: output.base)
  }
}
