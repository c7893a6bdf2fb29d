import Foundation

/// The remainder of A / B: with the divisor's sign, or with `fmod` the dividend's.
/// https://onnx.ai/onnx/operators/onnx__Mod.html
struct Mod: OperatorKernel {
  static let opType = "Mod"
  static let sinceVersion = 10

  private let keepsDividendSign: Bool

  init(_ node: Node) throws(GraphError) { keepsDividendSign = try node.attributes.flag("fmod") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try broadcastType(inputs)]
  }

  func run(_ call: OperatorCall) {
    if keepsDividendSign {
      computeArithmetic(Truncated.self, call.input(0), call.input(1), call.output)
    } else {
      computeArithmetic(Floored.self, call.input(0), call.input(1), call.output)
    }
  }
}

/// The remainder of a division towards zero; by zero it is 0 for integers.
private enum Truncated: ElementFunction {
  static func combine(_ a: Float, _ b: Float) -> Float { fmod(a, b) }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
  }
}

/// The remainder of a division towards minus infinity.
private enum Floored: ElementFunction {
  static func combine(_ a: Float, _ b: Float) -> Float {
    let rest = fmod(a, b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
  }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T {
    let rest = Truncated.combine(a, b)
    return rest != 0 && (rest < 0) != (b < 0) ? rest &+ b : rest
  }
}
