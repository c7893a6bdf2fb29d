/// A matrix of the input's shape with ones on a diagonal. https://onnx.ai/onnx/operators/onnx__EyeLike.html
struct EyeLike: OperatorKernel {
  static let opType = "EyeLike"
  static let sinceVersion = 9

  private let declared: DType?
  private let k: Int

  init(_ node: Node) throws(GraphError) {
    let type = try node.attributes.elementType("dtype")
    declared = type.flatMap { DType($0) }
    k = try node.attributes.int("k", default: 0)
    guard type == nil || declared != nil else {
      throw .notImplemented(reason: "a matrix of \(type.map { "\($0)" } ?? "")")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard type.shape.rank == 2 else {
      throw .shapeMismatch(reason: "input \(type.shape) is no matrix")
    }
    return [TensorType(declared ?? type.dtype, type.shape)]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    var values = [Float](repeating: 0, count: shape.elementCount)
    for row in 0..<shape[0] where (0..<shape[1]).contains(row &+ k) {
      values[row * shape[1] + row + k] = 1
    }
    Conversion(target: call.output.dtype.elementType)
      .run(Tensor(values, shape: shape), call.output)
  }
}
