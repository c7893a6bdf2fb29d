/// A function of two broadcast tensors of bools, elementwise.
protocol LogicFunction: OperatorKernel {
  static func combine(_ a: Bool, _ b: Bool) -> Bool
}

extension LogicFunction {
  static var traits: OperatorTraits { OperatorTraits(yieldsNoFloats: true) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs, dtypes: [.bool])]
  }

  func run(_ call: OperatorCall) {
    mapBroadcast(call.input(0), call.input(1), call.output, of: Bool.self, Bool.self) {
      Self.combine($0, $1)
    }
  }
}
