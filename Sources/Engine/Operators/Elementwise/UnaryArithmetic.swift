/// An arithmetic operator on one tensor of any number type. Integers wrap around.
protocol UnaryArithmetic: OperatorKernel {
  static func value(_ x: Float) -> Float
  static func value<T: FixedWidthInteger>(_ x: T) -> T
}

extension UnaryArithmetic {
  static var traits: OperatorTraits { OperatorTraits(isElementwise: true) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard arithmeticTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "X of type \(type.dtype)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let (x, y) = (call.input(0), call.output)
    func integers<T: FixedWidthInteger & TensorElement>(_: T.Type) {
      mapElements(x.buffer(of: T.self), y.buffer(of: T.self)) { Self.value($0) }
    }
    switch y.dtype {
    case .float32: mapElements(x.floats, y.floats) { Self.value($0) }
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
}
