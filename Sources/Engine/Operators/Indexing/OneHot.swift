/// A new axis of size `depth` that holds the on value where its index equals the input, the off value elsewhere.
/// https://onnx.ai/onnx/operators/onnx__OneHot.html
struct OneHot: OperatorKernel {
  static let opType = "OneHot"
  static let sinceVersion = 9

  private let axis: Int

  init(_ node: Node) throws(GraphError) { axis = try node.attributes.int("axis", default: -1) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let indices = try inputs.required(0, "indices").type
    let values = try inputs.required(2, "values").type
    guard values.shape.dims == [2], arithmeticTypes.contains(indices.dtype) else {
      throw .shapeMismatch(reason: "values \(values) are no pair, or indices \(indices) no numbers")
    }
    guard let depth = try depth(inputs), depth > 0 else {
      throw .wrongInput(name: "depth", reason: "is no positive number")
    }
    var dims = indices.shape.dims
    let place = axis < 0 ? axis + dims.count + 1 : axis
    guard (0...dims.count).contains(place) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(indices.shape)")
    }
    dims.insert(depth, at: place)
    return [TensorType(values.dtype, Shape(dims))]
  }

  /// Depth may come as any number.
  private func depth(_ inputs: [Operand?]) throws(GraphError) -> Int? {
    guard let value = try inputs.required(1, "depth").constant else {
      throw .dependsOnData(input: "depth")
    }
    if let integers = value.integers { return integers.first }
    guard value.dtype == .float32, let float = value.array(of: Float.self).first else { return nil }
    return Int(exactly: float.rounded(.towardZero))
  }

  func run(_ call: OperatorCall) {
    let (indices, values, output) = (call.input(0), call.input(2), call.output)
    let size = values.dtype.byteSize
    let axis = axis < 0 ? axis + output.shape.rank : axis
    let loop = AxisLoop(output.shape, axis: axis)
    stridedCopy(
      values.base, offset: 0, strides: output.shape.dims.map { _ in 0 }, shape: output.shape,
      elementSize: size, into: output.base)
    let given =
      indices.copied().integers ?? indices.floats.map { Int(exactly: $0.rounded(.down)) ?? .max }
    loop.forEachLine { line, start in
      let index = given[line]
      guard (-loop.length..<loop.length).contains(index) else { return }
      let place = start + (index < 0 ? index + loop.length : index) * loop.inner
      (output.base + place * size).copyMemory(from: values.base + size, byteCount: size)
    }
  }
}
