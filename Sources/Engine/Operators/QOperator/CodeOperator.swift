/// ONNX Runtime's own operators on 8-bit codes, which its quantizer writes in the QOperator format; each computes what
/// that runtime computes on x86, to the bit.
/// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
protocol CodeOperator: OperatorKernel {
  /// `Code` is the output's type.
  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type)
}

extension CodeOperator {
  static var domain: String { "com.microsoft" }
  static var sinceVersion: Int { 1 }

  func run(_ call: OperatorCall) {
    if call.output.dtype == .int8 { run(call, Int8.self) } else { run(call, UInt8.self) }
  }

  /// ONNX Runtime puts channels last only in graphs that it has optimized for itself.
  static func refuseChannelsLast(_ node: Node) throws(GraphError) {
    guard try !node.attributes.flag("channels_last") else {
      throw .notImplemented(reason: "channels_last")
    }
  }
}

extension Array where Element == Operand? {
  /// Codes, with one scale and perhaps one zero point in the operands behind them.
  func codes(_ index: Int, _ name: String) throws(GraphError) -> TensorType {
    let codes = try requiredCodes(index, name)
    try checkCoding(index + 1, name, of: codes)
    return codes
  }

  /// One scale, and perhaps one zero point behind it, for codes of a type.
  func checkCoding(_ index: Int, _ name: String, of codes: TensorType) throws(GraphError) {
    try checkScale(index, "\(name)_scale", of: codes, along: nil)
    try checkZeroPoint(index + 1, "\(name)_zero_point", of: codes, along: nil)
  }
}

/// One scale and one zero point of a tensor of codes.
struct Coding {
  let scale: Float
  let zeroPoint: Int

  /// - Parameter index: the scale's operand; the zero point's is next.
  init(_ call: OperatorCall, at index: Int) {
    scale = call.input(index).floats[0]
    zeroPoint = call.optionalInput(index + 1)?.copied().integers?[0] ?? 0
  }

  func value<Code: FixedWidthInteger>(of code: Code) -> Float {
    Float(Int(code) - zeroPoint) * scale
  }
}

/// A code of a value in steps from the code 0: rounded half to even, saturated.
func saturated<Code: FixedWidthInteger>(_ steps: Float, _: Code.Type) -> Code {
  let rounded = steps.rounded(.toNearestOrEven)
  guard rounded > Float(Code.min) else { return .min }
  return rounded < Float(Code.max) ? Code(rounded) : .max
}
