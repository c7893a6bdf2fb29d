/// The input repeated along its axes. https://onnx.ai/onnx/operators/onnx__Tile.html
struct Tile: OperatorKernel {
  static let opType = "Tile"
  static let sinceVersion = 6

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard let repeats = try inputs.knownIntegers(1, "repeats"), repeats.count == type.shape.rank,
      repeats.allSatisfy({ (0...(1 << 32)).contains($0) })
    else { throw .wrongInput(name: "repeats", reason: "does not name each axis of \(type.shape)") }
    return [TensorType(type.dtype, Shape(zip(type.shape.dims, repeats).map { $0 &* $1 }))]
  }

  /// Every axis counts as two: the repeats, which do not move in the input, and the input's own.
  func run(_ call: OperatorCall) {
    let (input, output) = (call.input(0), call.output)
    let strides = input.shape.strides
    let dims = input.shape.dims.indices.flatMap { axis in
      [input.shape[axis] == 0 ? 0 : output.shape[axis] / input.shape[axis], input.shape[axis]]
    }
    stridedCopy(
      input.base, offset: 0, strides: strides.flatMap { [0, $0] }, shape: Shape(dims),
      elementSize: input.dtype.byteSize, into: output.base)
  }
}
