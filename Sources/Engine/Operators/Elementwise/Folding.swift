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
func foldInputs<F: BinaryArithmetic>(_: F.Type, _ call: OperatorCall) {
  let output = call.output
  var result = call.input(0)
  if call.inputs.count == 1 { output.bytes.copyMemory(from: result.bytes) }
  // An operand that is also the output is safe where it has the output's shape: each element is read before it is
  // written. A smaller one must not lie there, so the widest comes first.
  if call.inputs.count > 2 { return foldMany(F.self, call) }
  for index in call.inputs.indices.dropFirst() {
    computeArithmetic(F.self, result, call.input(index), output)
    result = TensorView(type: output.type, base: UnsafeRawPointer(output.base))
  }
}

/// Spreads the first input over the output, then folds the others into it.
@inline(__always)
private func foldMany<F: BinaryArithmetic>(_: F.Type, _ call: OperatorCall) {
  let (first, output) = (call.input(0), call.output)
  stridedCopy(
    first.base, offset: 0, strides: broadcastStrides(of: first.shape, to: output.shape),
    shape: output.shape, elementSize: output.dtype.byteSize, into: output.base)
  let result = TensorView(type: output.type, base: UnsafeRawPointer(output.base))
  for index in call.inputs.indices.dropFirst() {
    computeArithmetic(F.self, result, call.input(index), output)
  }
}
