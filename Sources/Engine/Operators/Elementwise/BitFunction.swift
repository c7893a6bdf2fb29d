/// A function of the bits of two broadcast tensors of one integer type.
protocol BitFunction: BinaryArithmetic {}

extension BitFunction {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs, dtypes: integerTypes)]
  }

  static func combine(_ a: Float, _ b: Float) -> Float {
    preconditionFailure("\(opType) refuses floats before it runs")
  }
}

let integerTypes = arithmeticTypes.filter { $0 != .float32 }
