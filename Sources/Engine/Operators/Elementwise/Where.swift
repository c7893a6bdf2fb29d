/// X where the condition holds, Y elsewhere, all broadcast. https://onnx.ai/onnx/operators/onnx__Where.html
struct Where: OperatorKernel {
  static let opType = "Where"
  static let sinceVersion = 9

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let condition = try inputs.required(0, "condition").type
    let x = try inputs.required(1, "X").type
    let y = try inputs.required(2, "Y").type
    guard condition.dtype == .bool, x.dtype == y.dtype else {
      throw .shapeMismatch(
        reason: "a condition of type \(condition.dtype) cannot choose between \(x) and \(y)")
    }
    guard let values = x.shape.broadcast(with: y.shape),
      let shape = values.broadcast(with: condition.shape)
    else {
      throw .shapeMismatch(
        reason: "shapes \(condition.shape), \(x.shape) and \(y.shape) do not broadcast")
    }
    return [TensorType(x.dtype, shape)]
  }

  /// Y goes to the output, X and the condition to scratch; one unit-stride pass then chooses.
  func run(_ call: OperatorCall) {
    let output = call.output
    let (count, size) = (output.count, output.dtype.byteSize)
    let scratch = UnsafeMutableRawPointer(call.scratch.floats(count * (size + 1) / 4 + 1))
    let condition = scratch + count * size
    spread(call.input(0), over: output.shape, into: condition)
    spread(call.input(1), over: output.shape, into: scratch)
    spread(call.input(2), over: output.shape, into: output.base)
    let chooses = condition.assumingMemoryBound(to: Bool.self)
    switch size {
    case 1: choose(chooses, UInt8.self, scratch, output.base, count)
    case 2: choose(chooses, UInt16.self, scratch, output.base, count)
    case 4: choose(chooses, UInt32.self, scratch, output.base, count)
    default: choose(chooses, UInt64.self, scratch, output.base, count)
    }
  }

  private func spread(_ view: TensorView, over shape: Shape, into target: UnsafeMutableRawPointer) {
    stridedCopy(
      view.base, offset: 0, strides: broadcastStrides(of: view.shape, to: shape), shape: shape,
      elementSize: view.dtype.byteSize, into: target)
  }

  private func choose<T: BitwiseCopyable>(
    _ condition: UnsafePointer<Bool>, _: T.Type, _ x: UnsafeMutableRawPointer,
    _ y: UnsafeMutableRawPointer, _ count: Int
  ) {
    let (x, y) = (x.assumingMemoryBound(to: T.self), y.assumingMemoryBound(to: T.self))
    for i in 0..<count { y[i] = condition[i] ? x[i] : y[i] }
  }
}
