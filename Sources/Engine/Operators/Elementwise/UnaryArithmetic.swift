/// An arithmetic operator on one tensor: float32, int32 or int64.
protocol UnaryArithmetic: OperatorKernel {}

extension UnaryArithmetic {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard arithmeticTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "X of type \(type.dtype)")
    }
    return [type]
  }
}

/// Runs a function for the operand's type.
@inline(__always)
func computeUnary(
  _ call: OperatorCall, float: (Float) -> Float, int32: (Int32) -> Int32, int64: (Int64) -> Int64
) {
  let (x, y) = (call.input(0), call.output)
  switch y.dtype {
  case .float32: mapElements(x.floats, y.floats, float)
  case .int32: mapElements(x.buffer(of: Int32.self), y.buffer(of: Int32.self), int32)
  default: mapElements(x.buffer(of: Int64.self), y.buffer(of: Int64.self), int64)
  }
}
