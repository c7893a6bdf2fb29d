/// Conv of codes over other than two spatial axes, the plain way: N × C × …, dense.
struct SpatialCodeConv: PlannedKernel, MultiplyAccumulating {
  let conv: CodeConv
  let clampsPairs: Bool

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredBytes(0, "X").shape
    return [TensorType(.uint8, try convolution(x, inputs.required(1, "W").type.shape).output)]
  }

  private func convolution(_ x: Shape, _ w: Shape) throws(GraphError) -> SpatialConvolution {
    try SpatialConvolution(conv.window, group: conv.group, x: x, w: w)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let constants = try LayerConstants(inputs)
    let convolution = try convolution(
      inputs.required(0, "X").type.shape, constants.weights.shape)
    let layer = constants.layer(conv, to: conv.output, clampsPairs: clampsPairs)
    let pairs = convolution.saturatingPairs(constants.weights.array(of: Int8.self))
    func prepared(clamping: Bool) -> Prepared {
      Prepared(
        convolution: convolution, layer: layer, weights: layer.weights.map(Float.init),
        pairs: clamping ? pairs : .none)
    }
    let own = prepared(clamping: clampsPairs)
    guard let clamps = conv.clamps else { return own }
    let (size, exact) = (convolution.output.elementCount, prepared(clamping: false))
    return ClampCounting(
      layer: own, clamps: clamps, count: size, size: size, clamped: { own.write($0, into: $1) },
      exact: { exact.write($0, into: $1) })
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    outputs[0].shape.elementCount * inputs[1].shape.count(1...)
  }
}

private struct Prepared: PreparedKernel {
  let convolution: SpatialConvolution
  let layer: CodeLayer
  /// Less their zero point.
  let weights: [Float]
  let pairs: SaturatingPairs

  func run(_ call: OperatorCall) {
    guard let output = layer.output else { return }
    let sums = sums(call)
    let places = convolution.taps.outputCount
    let steps = CodeGrid(scale: 1, zeroPoint: output.zeroPoint, codes: output.codes)
    for (index, sum) in sums.enumerated() {
      let channel = index / places % convolution.outChannels
      call.outputCodes[index] = steps.code(
        of: Float(sum &+ layer.bias[channel]) * layer.factor(channel))
    }
  }

  func write(_ call: OperatorCall, into values: UnsafeMutablePointer<Float>) {
    for (index, sum) in sums(call).enumerated() { values[index] = Float(sum) }
  }

  private func sums(_ call: OperatorCall) -> [Int32] {
    let x = call.codes(0)
    let zeroPoint = layer.input.zeroPoint
    let codes = (0..<call.input(0).count).map { Float(Int(x[$0]) - zeroPoint) }
    var sums = [Int32](repeating: 0, count: convolution.output.elementCount)
    convolution.run(
      integers: codes, weights, clamping: pairs, zeroPoint: zeroPoint, into: &sums,
      scratch: call.scratch)
    return sums
  }
}
