/// The mean over some axes, or over all. Axes are an attribute before opset 18, an input since.
/// https://onnx.ai/onnx/operators/onnx__ReduceMean.html
struct ReduceMean: OperatorKernel {
  static let opType = "ReduceMean"
  static let sinceVersion = 1

  private let axes: [Int]?
  private let keepsAxes: Bool
  private let keepsAllWithoutAxes: Bool

  init(_ node: Node) throws(GraphError) {
    axes = try node.attributes.ints("axes")
    keepsAxes = try node.attributes.flag("keepdims", default: true)
    keepsAllWithoutAxes = try node.attributes.flag("noop_with_empty_axes")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let shape = try inputs.requiredFloat(0, "data").shape
    let reduced = try reducedAxes(try inputs.knownIntegers(1, "axes") ?? axes, of: shape)
    let dims = shape.dims.indices.compactMap { axis in
      reduced.contains(axis) ? (keepsAxes ? 1 : nil) : shape[axis]
    }
    return [TensorType(.float32, Shape(dims))]
  }

  private func reducedAxes(_ given: [Int]?, of shape: Shape) throws(GraphError) -> Set<Int> {
    guard let given, !given.isEmpty else {
      return keepsAllWithoutAxes ? [] : Set(0..<shape.rank)
    }
    return Set(try resolveAll(given, shape))
  }

  /// Moves the reduced axes to the end where they are not there already; each mean is then over one row.
  func run(_ call: OperatorCall) throws(GraphError) {
    let input = call.input(0)
    let given = call.optionalInput(1)?.copied().integers ?? axes
    let reduced = try reducedAxes(given, of: input.shape)
    let order = input.shape.dims.indices.filter { !reduced.contains($0) } + reduced.sorted()
    let length = reduced.reduce(1) { $0 * input.shape[$1] }
    var values = input.floats
    if order != Array(0..<input.shape.rank) {
      let moved = call.scratch.floats(input.count)
      let strides = input.shape.strides
      stridedCopy(
        input.base, offset: 0, strides: order.map { strides[$0] },
        shape: Shape(order.map { input.shape[$0] }), elementSize: 4, into: moved)
      values = UnsafeBufferPointer(start: moved, count: input.count)
    }
    for row in call.output.floats.indices {
      let line = UnsafeBufferPointer(rebasing: values[row * length..<(row + 1) * length])
      call.output.floats[row] = sum(line) / Float(length)
    }
  }
}
