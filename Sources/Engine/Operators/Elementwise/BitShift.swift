/// The bits of X moved by Y places; a shift by a negative number, or by the type's width or more,
/// leaves 0, or the sign of a right shift.
/// https://onnx.ai/onnx/operators/onnx__BitShift.html
struct BitShift: OperatorKernel {
  static let opType = "BitShift"
  static let sinceVersion = 11

  private let isLeft: Bool

  init(_ node: Node) throws(GraphError) {
    let direction = try node.attributes.string("direction", default: "")
    guard direction == "LEFT" || direction == "RIGHT" else {
      throw .badAttribute(name: "direction", reason: "must be LEFT or RIGHT")
    }
    isLeft = direction == "LEFT"
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs, dtypes: integerTypes)]
  }

  func run(_ call: OperatorCall) {
    if isLeft {
      computeArithmetic(ShiftLeft.self, call.input(0), call.input(1), call.output)
    } else {
      computeArithmetic(ShiftRight.self, call.input(0), call.input(1), call.output)
    }
  }
}

private enum ShiftLeft: ElementFunction {
  static func combine(_ a: Float, _ b: Float) -> Float { a }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { b < 0 ? 0 : a << b }
}

private enum ShiftRight: ElementFunction {
  static func combine(_ a: Float, _ b: Float) -> Float { a }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    a >> (b < 0 ? T(clamping: T.bitWidth) : b)
  }
}
