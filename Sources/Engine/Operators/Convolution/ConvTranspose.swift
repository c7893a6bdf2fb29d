import CalibrantLinearAlgebra

/// The transpose of a convolution: every input element adds its multiple of the kernel to the output.
/// https://onnx.ai/onnx/operators/onnx__ConvTranspose.html
struct ConvTranspose: PlannedOperator, MultiplyAccumulating {
  static let opType = "ConvTranspose"
  static let sinceVersion = 1
  // With groups, an output channel is a group and an index along axis 1.
  static let traits = OperatorTraits(
    weight: OperatorTraits.Weight(input: 1) { attributes, rank in
      let group = (try? attributes.int("group")) ?? 1
      return rank >= 3 && group == 1 ? 1 : nil
    })

  private let attributes: Attributes
  private let group: Int

  init(_ node: Node) throws(GraphError) {
    attributes = node.attributes
    group = try node.attributes.int("group", default: 1)
    guard group > 0 else { throw .badAttribute(name: "group", reason: "must be positive") }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    let plan = try plan(x, w)
    if inputs.optional(2) != nil {
      let bias = try inputs.requiredFloat(2, "B").shape
      guard bias.dims == [w[1] * group] else {
        throw .shapeMismatch(reason: "bias \(bias) does not match the output channels of W \(w)")
      }
    }
    return [TensorType(.float32, Shape([x[0], w[1] * group] + plan.input))]
  }

  /// The convolution this is the transpose of: its input is our output.
  private func plan(_ x: Shape, _ w: Shape) throws(GraphError) -> WindowTaps {
    guard x.rank >= 3, w.rank == x.rank, x[1] == w[0], group <= max(w[0], 1),
      w[0] % group == 0
    else {
      throw .shapeMismatch(reason: "X \(x) and W \(w) in \(group) groups do not fit together")
    }
    let kernel = Array(w.dims.dropFirst(2))
    let window = try WindowGeometry(attributes, kernel: kernel)
    let places = Array(x.dims.dropFirst(2))
    let (pads, output) = try outputSize(window, places)
    guard output.allSatisfy({ (1...(1 << 24)).contains($0) }) else {
      throw .shapeMismatch(reason: "an output of \(output) is no size")
    }
    let taps = WindowTaps(
      window, .init(padsBegin: pads, padsEnd: pads, output: places), input: output)
    try MemoryLimit.checkScratch(Shape([w[1], taps.kernelCount] + places))
    return taps
  }

  /// Padding at the beginnings, and the output's size.
  private func outputSize(
    _ window: WindowGeometry, _ places: [Int]
  ) throws(GraphError) -> (pads: [Int], output: [Int]) {
    let extra = try attributes.ints("output_padding") ?? places.map { _ in 0 }
    let wanted = try attributes.ints("output_shape").map { Array($0.suffix(places.count)) }
    guard extra.count == places.count, wanted.map({ $0.count == places.count }) ?? true,
      extra.allSatisfy({ (0...(1 << 24)).contains($0) }),
      places.allSatisfy({ (0...(1 << 24)).contains($0) }),
      wanted?.allSatisfy({ (0...(1 << 30)).contains($0) }) ?? true
    else { throw .badAttribute(name: "output_padding", reason: "or 'output_shape' is no size") }
    // Without padding.
    let full = places.indices.map {
      window.strides[$0] * (places[$0] - 1) + extra[$0] + window.extent($0)
    }
    let isAutomatic = window.autoPad == .sameUpper || window.autoPad == .sameLower
    guard wanted != nil || isAutomatic else {
      let begin = window.autoPad == .valid ? places.map { _ in 0 } : window.padsBegin
      let end = window.autoPad == .valid ? begin : window.padsEnd
      return (begin, full.indices.map { full[$0] - begin[$0] - end[$0] })
    }
    let output = wanted ?? places.indices.map { places[$0] * window.strides[$0] }
    let begins = full.indices.map { axis in
      let total = max(0, full[axis] - output[axis])
      return window.autoPad == .sameUpper ? total / 2 : total - total / 2
    }
    let usesGiven = window.autoPad == .notSet && window.padsBegin.contains { $0 > 0 }
    return (usesGiven ? window.padsBegin : begins, output)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    Prepared(
      taps: try plan(inputs.required(0, "X").type.shape, inputs.required(1, "W").type.shape),
      group: group)
  }

  func multiplyAccumulates(_ inputs: [TensorType], _ outputs: [TensorType]) -> Int {
    inputs[0].shape.elementCount * inputs[1].shape.count(1...)
  }
}

private struct Prepared: PreparedKernel {
  let taps: WindowTaps
  let group: Int

  func run(_ call: OperatorCall) {
    let (x, w, output) = (call.input(0), call.input(1), call.output)
    guard let input = x.floats.baseAddress, let weights = w.floats.baseAddress,
      let target = output.floats.baseAddress, output.count > 0
    else { return }
    let (places, plane) = (taps.outputCount, taps.inputCount)
    let (inChannels, outChannels) = (x.shape[1] / group, w.shape[1])
    let depth = outChannels * taps.kernelCount
    let columns = call.scratch.floats(depth * places)
    let bias = call.optionalInput(2)?.floats
    for row in 0..<output.shape[0] * output.shape[1] {
      let value = bias?[row % output.shape[1]] ?? 0
      (target + row * plane).update(repeating: value, count: plane)
    }
    for part in 0..<x.shape[0] * group {
      gemm(
        m: depth, n: places, k: inChannels,
        MatrixOperand(
          weights + part % group * inChannels * depth, stride: depth, isTransposed: true),
        MatrixOperand(input + part * inChannels * places, stride: places), into: columns,
        stride: places)
      for channel in 0..<outChannels {
        taps.addColumns(
          columns + channel * taps.kernelCount * places,
          to: target + (part * outChannels + channel) * plane)
      }
    }
  }
}
