/// Whether a relation holds between two broadcast tensors of one type, elementwise.
protocol ElementwiseComparison: OperatorKernel {
  static func holds<T: Comparable>(_ a: T, _ b: T) -> Bool
}

extension ElementwiseComparison {
  static var traits: OperatorTraits { OperatorTraits(yieldsNoFloats: true) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(.bool, try broadcastType(inputs, dtypes: arithmeticTypes + [.bool]).shape)]
  }

  func run(_ call: OperatorCall) {
    let (a, b, output) = (call.input(0), call.input(1), call.output)
    func compare<T: Comparable & TensorElement>(_: T.Type) {
      mapBroadcast(a, b, output, of: T.self, Bool.self) { Self.holds($0, $1) }
    }
    switch a.dtype {
    case .float32: compare(Float.self)
    case .int8: compare(Int8.self)
    case .uint8: compare(UInt8.self)
    case .bool:
      mapBroadcast(a, b, output, of: Bool.self, Bool.self) { Self.holds($0 ? 1 : 0, $1 ? 1 : 0) }
    case .int16: compare(Int16.self)
    case .uint16: compare(UInt16.self)
    case .int32: compare(Int32.self)
    case .uint32: compare(UInt32.self)
    case .uint64: compare(UInt64.self)
    default: compare(Int64.self)
    }
  }
}
