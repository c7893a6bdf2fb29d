import CalibrantONNXFormat

/// The same bits under a type of the same size. https://onnx.ai/onnx/operators/onnx__BitCast.html
struct BitCast: OperatorKernel {
  static let opType = "BitCast"
  static let sinceVersion = 26

  private let target: DType

  init(_ node: Node) throws(GraphError) {
    guard let type = try node.attributes.elementType("to") else {
      throw .badAttribute(name: "to", reason: "is missing")
    }
    // Widened floats have lost their bits.
    guard !type.isWidened, let dtype = DType(type), dtype.packedBits == nil else {
      throw .notImplemented(reason: "the bits of \(type)")
    }
    target = dtype
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard type.dtype.byteSize == target.byteSize, type.dtype.packedBits == nil else {
      throw .notImplemented(reason: "the bits of \(type.dtype) as \(target)")
    }
    return [TensorType(target, type.shape)]
  }

  func run(_ call: OperatorCall) { call.output.bytes.copyMemory(from: call.input(0).bytes) }
}
