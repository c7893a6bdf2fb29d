/// Any number of broadcast tensors of one type, folded into one: Min, Max, Sum.
protocol Folding: BinaryArithmetic {}

extension Folding {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    var result = try inputs.required(0, "data_0").type
    result = try broadcastType([Operand(result), Operand(result)])
    for index in inputs.indices.dropFirst() {
      result = try broadcastType([Operand(result), try inputs.required(index, "data_\(index)")])
    }
    return [result]
  }

  func run(_ call: OperatorCall) { foldInputs(Self.self, call) }
}

/// Folds the inputs into the output with a binary function; one input is copied.
@inline(__always)
func foldInputs<F: ElementFunction>(_: F.Type, _ call: OperatorCall) {
  let (first, output) = (call.input(0), call.output)
  if call.inputs.count == 2 {
    return computeArithmetic(F.self, first, call.input(1), output)
  }
  // The first input is spread over the output, which then is an operand and the result: safe, for it has the result's
  // shape, and each element is read before it is written.
  stridedCopy(
    first.base, offset: 0, strides: broadcastStrides(of: first.shape, to: output.shape),
    shape: output.shape, elementSize: output.dtype.byteSize, into: output.base)
  let result = TensorView(type: output.type, base: UnsafeRawPointer(output.base))
  for index in call.inputs.indices.dropFirst() {
    computeArithmetic(F.self, result, call.input(index), output)
  }
}
