/// A box of the input with steps, which may run backwards. Bounds are attributes before opset 10, inputs since.
/// https://onnx.ai/onnx/operators/onnx__Slice.html
struct Slice: PlannedOperator {
  static let opType = "Slice"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private struct Bounds {
    var starts: [Int]
    var ends: [Int]
    var axes: [Int]?
    var steps: [Int]?
  }

  private let fixed: Bounds?

  init(_ node: Node) throws(GraphError) {
    guard node.opset < 10 else {
      fixed = nil
      return
    }
    guard let starts = try node.attributes.ints("starts"),
      let ends = try node.attributes.ints("ends")
    else { throw .badAttribute(name: "starts", reason: "and 'ends' must be given") }
    fixed = Bounds(starts: starts, ends: ends, axes: try node.attributes.ints("axes"))
  }

  /// What to copy along each axis.
  private struct Box {
    var starts: [Int]
    var steps: [Int]
    var sizes: [Int]
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    return [TensorType(type.dtype, Shape(try box(bounds(inputs), of: type.shape).sizes))]
  }

  private func bounds(_ inputs: [Operand?]) throws(GraphError) -> Bounds {
    let read = Bounds(
      starts: try inputs.knownIntegers(1, "starts") ?? [],
      ends: try inputs.knownIntegers(2, "ends") ?? [],
      axes: try inputs.knownIntegers(3, "axes"), steps: try inputs.knownIntegers(4, "steps"))
    return fixed ?? read
  }

  private func box(_ bounds: Bounds, of shape: Shape) throws(GraphError) -> Box {
    let axes = try resolveAll(bounds.axes ?? Array(bounds.starts.indices), shape)
    let steps = bounds.steps ?? axes.map { _ in 1 }
    guard bounds.starts.count == axes.count, bounds.ends.count == axes.count,
      steps.count == axes.count, Set(axes).count == axes.count
    else {
      throw .shapeMismatch(
        reason:
          "starts \(bounds.starts), ends \(bounds.ends), axes \(axes) and steps \(steps) differ")
    }
    var box = Box(
      starts: shape.dims.map { _ in 0 }, steps: shape.dims.map { _ in 1 }, sizes: shape.dims)
    for (index, axis) in axes.enumerated() {
      let size = shape[axis]
      // A longer step leads out of the axis as well, and its product with a stride may be no integer.
      let step = min(max(steps[index], -size - 1), size + 1)
      guard step != 0 else {
        throw .wrongInput(name: "steps", reason: "holds 0, which leads nowhere")
      }
      let range = step > 0 ? (low: 0, high: size) : (low: -1, high: size - 1)
      func clamped(_ bound: Int) -> Int {
        // Only then can adding the size not overflow.
        let bound = max(bound, -size - 1)
        return min(max(bound < 0 ? bound + size : bound, range.low), range.high)
      }
      let start = clamped(bounds.starts[index])
      let end = clamped(bounds.ends[index])
      let span = step > 0 ? end - start : start - end
      box.starts[axis] = start
      box.steps[axis] = step
      box.sizes[axis] = span <= 0 ? 0 : (span - 1) / abs(step) + 1
    }
    return box
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try box(bounds(inputs), of: inputs.required(0, "data").type.shape), run)
  }

  private func run(_ call: OperatorCall, _ box: Box) {
    let input = call.input(0)
    let strides = input.shape.strides
    stridedCopy(
      input.base, offset: zip(box.starts, strides).reduce(0) { $0 + $1.0 * $1.1 },
      strides: zip(box.steps, strides).map { $0 &* $1 }, shape: call.output.shape,
      elementSize: input.dtype.byteSize, into: call.output.base)
  }
}
