/// The first elements along the time axis in reverse, as many as each sample's sequence has.
/// https://onnx.ai/onnx/operators/onnx__ReverseSequence.html
struct ReverseSequence: OperatorKernel {
  static let opType = "ReverseSequence"
  static let sinceVersion = 10

  private let batchAxis: Int
  private let timeAxis: Int

  init(_ node: Node) throws(GraphError) {
    batchAxis = try node.attributes.int("batch_axis", default: 1)
    timeAxis = try node.attributes.int("time_axis", default: 0)
    guard [batchAxis, timeAxis].sorted() == [0, 1] else {
      throw .badAttribute(name: "time_axis", reason: "and 'batch_axis' must be 0 and 1")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    let lengths = try inputs.requiredIndices(1, "sequence_lens")
    guard type.shape.rank >= 2, lengths.dims == [type.shape[batchAxis]] else {
      throw .shapeMismatch(reason: "sequence_lens \(lengths) do not match input \(type.shape)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let input = call.input(0)
    let lengths = call.input(1).copied().integers ?? []
    let bytes = input.shape.count(2...) * input.dtype.byteSize
    let steps = input.shape[timeAxis]
    for (sample, length) in lengths.enumerated() {
      guard (0...steps).contains(length) else {
        throw .wrongInput(name: "sequence_lens", reason: "hold \(length), there are \(steps) steps")
      }
      for step in 0..<steps {
        let source = step < length ? length - 1 - step : step
        func row(_ step: Int) -> Int {
          timeAxis == 0 ? step * lengths.count + sample : sample * steps + step
        }
        (call.output.base + row(step) * bytes)
          .copyMemory(from: input.base + row(source) * bytes, byteCount: bytes)
      }
    }
  }
}
