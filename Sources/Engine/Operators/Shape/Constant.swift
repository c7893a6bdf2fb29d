/// A value held in an attribute. https://onnx.ai/onnx/operators/onnx__Constant.html
struct Constant: OperatorKernel {
  static let opType = "Constant"
  static let sinceVersion = 1

  private let value: Tensor

  init(_ node: Node) throws(GraphError) {
    if let tensor = try node.attributes.tensor("value") {
      value = tensor
    } else if let float = try node.attributes.float("value_float") {
      value = Tensor(scalar: float)
    } else if let floats = try node.attributes.floats("value_floats") {
      value = Tensor(floats, shape: [floats.count])
    } else if let int = try node.attributes.int("value_int") {
      value = Tensor(scalar: Int64(int))
    } else if let ints = try node.attributes.ints("value_ints") {
      value = Tensor(ints.map(Int64.init), shape: [ints.count])
    } else {
      throw .badAttribute(name: "value", reason: "must be a dense tensor, a number or numbers")
    }
  }

  func outputTypes(_ inputs: [Operand?]) -> [TensorType] { [value.type] }

  func run(_ call: OperatorCall) { value.withBytes { call.output.bytes.copyMemory(from: $0) } }
}
