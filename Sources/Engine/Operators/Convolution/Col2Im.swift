/// The sum of blocks laid side by side in columns, back in the image they came from. https://onnx.ai/onnx/operators/onnx__Col2Im.html
struct Col2Im: PlannedOperator {
  static let opType = "Col2Im"
  static let sinceVersion = 18

  private let attributes: Attributes

  init(_ node: Node) throws(GraphError) { attributes = node.attributes }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "input").shape
    let taps = try taps(inputs)
    guard x.rank == 3, x[2] == Shape(taps.output).checkedElementCount,
      x[1] % taps.kernelCount == 0
    else {
      throw .shapeMismatch(
        reason: "input \(x) is not made of blocks \(taps.kernel) of an image \(taps.input)")
    }
    return [TensorType(.float32, Shape([x[0], x[1] / taps.kernelCount] + taps.input))]
  }

  private func taps(_ inputs: [Operand?]) throws(GraphError) -> WindowTaps {
    guard let image = try inputs.knownIntegers(1, "image_shape"),
      let block = try inputs.knownIntegers(2, "block_shape")
    else { throw .wrongInput(name: "image_shape", reason: "is missing") }
    let window = try WindowGeometry(attributes, kernel: block)
    return WindowTaps(window, try window.resolved(input: image), input: image)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try taps(inputs), run)
  }

  private func run(_ call: OperatorCall, _ taps: WindowTaps) {
    guard let (x, y) = call.floats else { return }
    let (rows, plane) = (taps.kernelCount * taps.outputCount, taps.inputCount)
    call.output.floats.update(repeating: 0)
    for channel in 0..<call.output.shape[0] * call.output.shape[1] {
      taps.addColumns(x + channel * rows, to: y + channel * plane)
    }
  }
}
