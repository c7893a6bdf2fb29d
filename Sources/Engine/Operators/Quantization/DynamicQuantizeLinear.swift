/// Floats to uint8 codes of their own range, which includes 0; then the scale and zero point.
/// https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html
struct DynamicQuantizeLinear: OperatorKernel {
  static let opType = "DynamicQuantizeLinear"
  static let sinceVersion = 11
  static let traits = OperatorTraits(yieldsNoFloats: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "x")
    return [TensorType(.uint8, x.shape), TensorType(.float32, []), TensorType(.uint8, [])]
  }

  func run(_ call: OperatorCall) {
    let x = call.input(0).floats
    let low = x.reduce(0) { $1 < $0 ? $1 : $0 }
    let high = x.reduce(0) { $1 > $0 ? $1 : $0 }
    let scale = (high - low) / 255
    let zero = scale > 0 ? (-low / scale).rounded(.toNearestOrEven) : 0
    let zeroPoint = UInt8(min(max(zero.isNaN ? 0 : zero, 0), 255))
    call.outputs[1].floats[0] = scale
    call.outputs[2].buffer(of: UInt8.self)[0] = zeroPoint
    guard let source = x.baseAddress, let codes = call.output.buffer(of: UInt8.self).baseAddress
    else { return }
    QuantizeLoops.quantize(
      source, count: x.count, scale: scale > 0 ? scale : 1, zeroPoint: Int(zeroPoint),
      limits: 0...255, into: codes)
  }
}
