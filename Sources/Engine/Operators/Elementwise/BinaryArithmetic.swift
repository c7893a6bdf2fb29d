/// A function of two numbers of one type. Integers wrap around.
protocol ElementFunction {
  static func combine(_ a: Float, _ b: Float) -> Float
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T
}

/// An arithmetic operator on two broadcast tensors of one number type.
protocol BinaryArithmetic: OperatorKernel, ElementFunction {}

extension BinaryArithmetic {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs)]
  }

  func run(_ call: OperatorCall) {
    computeArithmetic(Self.self, call.input(0), call.input(1), call.output)
  }
}

/// The types arithmetic knows.
let arithmeticTypes: [DType] = [
  .float32, .int32, .int64, .int8, .uint8, .int16, .uint16, .uint32, .uint64,
]

/// The type both operands broadcast to.
func broadcastType(
  _ inputs: [Operand?], dtypes: [DType] = arithmeticTypes
) throws(GraphError) -> TensorType {
  let a = try inputs.required(0, "A").type
  let b = try inputs.required(1, "B").type
  guard a.dtype == b.dtype else {
    throw .shapeMismatch(reason: "operands have different types: \(a) and \(b)")
  }
  guard dtypes.contains(a.dtype) else { throw .notImplemented(reason: "A of type \(a.dtype)") }
  guard let shape = a.shape.broadcast(with: b.shape) else {
    throw .shapeMismatch(reason: "shapes \(a.shape) and \(b.shape) do not broadcast")
  }
  return TensorType(a.dtype, shape)
}

/// output = combine(a, b) in the operands' type.
@inline(__always)
func computeArithmetic<F: ElementFunction>(
  _: F.Type, _ a: TensorView, _ b: TensorView, _ output: MutableTensorView
) {
  func integers<T: FixedWidthInteger & TensorElement>(_: T.Type) {
    mapBroadcast(a, b, output, of: T.self, T.self) { F.combine($0, $1) }
  }
  switch output.dtype {
  case .float32: mapBroadcast(a, b, output, of: Float.self, Float.self) { F.combine($0, $1) }
  case .int8: integers(Int8.self)
  case .uint8: integers(UInt8.self)
  case .int16: integers(Int16.self)
  case .uint16: integers(UInt16.self)
  case .int32: integers(Int32.self)
  case .uint32: integers(UInt32.self)
  case .uint64: integers(UInt64.self)
  default: integers(Int64.self)
  }
}
