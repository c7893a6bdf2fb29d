/// The mean over all spatial axes. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html
struct GlobalAveragePool: OperatorKernel {
  static let opType = "GlobalAveragePool"
  static let sinceVersion = 1
  static let traits = OperatorTraits(isPositivelyHomogeneous: true)

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [try globalPoolType(inputs)]
  }

  func run(_ call: OperatorCall) {
    let shape = call.input(0).shape
    let plane = shape.count(2...)
    let output = call.output.floats
    for index in output.indices {
      let values = UnsafeBufferPointer(
        rebasing: call.input(0).floats[index * plane..<(index + 1) * plane])
      output[index] = sum(values) / Float(plane)
    }
  }
}

/// A sum in eight interleaved parts, which fixes its order and keeps it vectorised.
func sum(_ values: UnsafeBufferPointer<Float>) -> Float {
  var parts = SIMD8<Float>.zero
  let whole = values.count / 8 * 8
  for start in stride(from: 0, to: whole, by: 8) {
    for lane in 0..<8 { parts[lane] += values[start + lane] }
  }
  var rest: Float = 0
  for index in whole..<values.count { rest += values[index] }
  return parts.sum() + rest
}
