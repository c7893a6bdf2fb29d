/// Min and Max: one choice out of any number of broadcast tensors of one type.
protocol Extremum: OperatorKernel {}

extension Extremum {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    var result = try inputs.required(0, "data_0").type
    result = try broadcastType([Operand(result), Operand(result)])
    for index in inputs.indices.dropFirst() {
      result = try broadcastType([Operand(result), try inputs.required(index, "data_\(index)")])
    }
    return [result]
  }
}

/// Folds the inputs into the output with a binary choice.
@inline(__always)
func foldInputs(
  _ call: OperatorCall, float: (Float, Float) -> Float, int32: (Int32, Int32) -> Int32,
  int64: (Int64, Int64) -> Int64
) {
  let output = call.output
  var result = call.input(0)
  // An operand that is also the output is safe: each element is read before it is written.
  for index in 0..<call.inputs.count where index > 0 || call.inputs.count == 1 {
    let next = call.input(index)
    switch output.dtype {
    case .float32: mapBroadcast(result, next, output, of: Float.self, Float.self, float)
    case .int32: mapBroadcast(result, next, output, of: Int32.self, Int32.self, int32)
    default: mapBroadcast(result, next, output, of: Int64.self, Int64.self, int64)
    }
    result = TensorView(type: output.type, base: UnsafeRawPointer(output.base))
  }
}
