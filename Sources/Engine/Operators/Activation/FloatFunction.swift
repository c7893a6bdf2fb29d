/// An operator that maps each float of its one input to a float.
protocol FloatFunction: OperatorKernel {}

extension FloatFunction {
  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.requiredFloat(0, "X")]
  }
}
