/// What a layer on codes reads besides its codes: the constants behind X.
struct LayerConstants {
  /// As they are stored.
  let weights: Tensor
  let scales: [Float]
  /// int32, in steps, or float32 where the output is.
  let bias: Tensor

  init(_ inputs: [Operand?]) throws(GraphError) {
    weights = try inputs.knownValue(1, "W")
    scales = try inputs.knownValue(2, "scales").array(of: Float.self)
    bias = try inputs.knownValue(3, "bias")
  }

  func layer(_ own: some LayerOnCodes, to output: CodeGrid?, clampsPairs: Bool) -> CodeLayer {
    let (zeroPoint, isInSteps) = (own.weightZeroPoint, bias.dtype == .int32)
    return CodeLayer(
      input: own.input,
      weights: weights.array(of: Int8.self).map { Int16($0) - Int16(zeroPoint) },
      weightZeroPoint: zeroPoint, weightScales: scales,
      bias: isInSteps ? bias.array(of: Int32.self) : [Int32](repeating: 0, count: scales.count),
      output: output, offsets: isInSteps ? [] : bias.array(of: Float.self), clampsPairs: clampsPairs
    )
  }
}
