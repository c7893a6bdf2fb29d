/// An operator that maps each float of its one input to a float.
protocol FloatFunction: OperatorKernel {
  func value(_ x: Float) -> Float
}

extension FloatFunction {
  static var traits: OperatorTraits { OperatorTraits(isElementwise: true) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try inputs.requiredFloat(0, "X")]
  }

  func run(_ call: OperatorCall) {
    mapElements(call.input(0).floats, call.output.floats) { value($0) }
  }
}
