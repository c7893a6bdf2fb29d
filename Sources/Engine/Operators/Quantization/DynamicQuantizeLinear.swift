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

  /// The smallest and the largest of the values and 0; NaN is neither.
  private static func range(_ x: UnsafeBufferPointer<Float>) -> (low: Float, high: Float) {
    var (lows, highs) = (SIMD16<Float>(), SIMD16<Float>())
    func note(_ v: SIMD16<Float>) {
      lows.replace(with: v, where: v .< lows)
      highs.replace(with: v, where: v .> highs)
    }
    let vectors = x.count / 16
    let bytes = UnsafeRawBufferPointer(x)
    for i in 0..<vectors { note(bytes.loadUnaligned(fromByteOffset: 64 * i, as: SIMD16.self)) }
    for i in 16 * vectors..<x.count { note(SIMD16(repeating: x[i])) }
    return (lows.min(), highs.max())
  }

  func run(_ call: OperatorCall) {
    let x = call.input(0).floats
    let (low, high) = Self.range(x)
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
