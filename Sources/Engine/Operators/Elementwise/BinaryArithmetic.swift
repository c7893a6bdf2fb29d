/// An arithmetic operator on two broadcast tensors of one type: float32, int32 or int64.
protocol BinaryArithmetic: OperatorKernel {}

extension BinaryArithmetic {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs)]
  }
}

let arithmeticTypes: [DType] = [.float32, .int32, .int64]

/// The type both operands broadcast to.
func broadcastType(
  _ inputs: [Operand?], dtypes: [DType] = arithmeticTypes
) throws(GraphError) -> TensorType {
  let a = try inputs.required(0, "A").type
  let b = try inputs.required(1, "B").type
  guard a.dtype == b.dtype else {
    throw .shapeMismatch(reason: "operands have different types: \(a) and \(b)")
  }
  guard dtypes.contains(a.dtype) else {
    throw .notImplemented(reason: "A of type \(a.dtype)")
  }
  guard let shape = a.shape.broadcast(with: b.shape) else {
    throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) do not broadcast")
  }
  return TensorType(a.dtype, shape)
}

/// Runs an arithmetic function for the operands' type.
@inline(__always)
func computeArithmetic(
  _ call: OperatorCall, float: (Float, Float) -> Float, int32: (Int32, Int32) -> Int32,
  int64: (Int64, Int64) -> Int64
) {
  let (a, b, output) = (call.input(0), call.input(1), call.output)
  switch output.dtype {
  case .float32: mapBroadcast(a, b, output, of: Float.self, Float.self, float)
  case .int32: mapBroadcast(a, b, output, of: Int32.self, Int32.self, int32)
  default: mapBroadcast(a, b, output, of: Int64.self, Int64.self, int64)
  }
}
