/// A tensor of one repeated value, by default the float 0.
/// https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html
struct ConstantOfShape: OperatorKernel {
  static let opType = "ConstantOfShape"
  static let sinceVersion = 9

  private let value: Tensor

  init(_ node: Node) throws(GraphError) {
    value = try node.attributes.tensor("value") ?? Tensor([0 as Float], shape: [1])
    guard value.count == 1 else {
      throw .badAttribute(name: "value", reason: "\(value.type) does not hold one element")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    guard let dims = try inputs.knownIntegers(0, "input") else {
      throw .wrongInput(name: "input", reason: "is missing")
    }
    return [TensorType(value.dtype, Shape(dims))]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    value.withBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      stridedCopy(
        base, offset: 0, strides: shape.dims.map { _ in 0 }, shape: shape,
        elementSize: bytes.count, into: call.output.base)
    }
  }
}
