/// Grows (or, with negative pads, shrinks) a tensor at its borders by a constant, by reflection or by its edge.
/// https://onnx.ai/onnx/operators/onnx__Pad.html
struct Pad: OperatorKernel {
  static let opType = "Pad"
  static let sinceVersion = 2

  enum Mode: String {
    case constant, reflect, edge, wrap
  }

  private let mode: Mode
  private let fixedPads: [Int]?
  private let fixedValue: Float

  init(_ node: Node) throws(GraphError) {
    let name = try node.attributes.string("mode", default: "constant")
    guard let mode = Mode(rawValue: name) else {
      throw .badAttribute(name: "mode", reason: "'\(name)' is not a padding mode")
    }
    self.mode = mode
    fixedPads = node.opset < 11 ? try node.attributes.ints("pads") ?? [] : nil
    fixedValue = try node.attributes.float("value", default: 0)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    let read = try inputs.knownIntegers(1, "pads")
    guard let given = fixedPads ?? read else {
      throw .wrongInput(name: "pads", reason: "is missing")
    }
    if let value = inputs.optional(2)?.type,
      value.dtype != type.dtype || value.shape.elementCount != 1
    {
      throw .wrongInput(
        name: "constant_value", reason: "\(value) is no scalar of type \(type.dtype)")
    }
    let pads = try allPads(given, axes: try inputs.knownIntegers(3, "axes"), of: type.shape)
    var shape = type.shape
    for axis in 0..<shape.rank {
      shape[axis] += pads[axis] + pads[axis + shape.rank]
      guard shape[axis] >= 0, mode == .constant || shape[axis] == 0 || type.shape[axis] > 0 else {
        throw .shapeMismatch(reason: "pads \(given) leave nothing of axis \(axis) of \(type.shape)")
      }
    }
    return [TensorType(type.dtype, shape)]
  }

  /// Pads of every axis: all beginnings, then all ends.
  private func allPads(_ given: [Int], axes: [Int]?, of shape: Shape) throws(GraphError) -> [Int] {
    let axes = try resolveAll(axes ?? Array(0..<shape.rank), shape)
    guard given.count == 2 * axes.count, given.allSatisfy({ abs($0.clampedMagnitude) < 1 << 32 })
    else {
      throw .shapeMismatch(reason: "pads \(given) do not fit axes \(axes)")
    }
    var pads = [Int](repeating: 0, count: 2 * shape.rank)
    for (index, axis) in axes.enumerated() {
      pads[axis] = given[index]
      pads[axis + shape.rank] = given[index + axes.count]
    }
    return pads
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let input = call.input(0)
    let given = fixedPads ?? call.input(1).copied().integers ?? []
    let pads = try allPads(given, axes: call.optionalInput(3)?.copied().integers, of: input.shape)
    let size = input.dtype.byteSize
    let fill = fillBytes(call, size: size)
    // For each axis, the input index every output index takes; −1 is outside.
    let sources = input.shape.dims.indices.map { axis in
      (0..<call.output.shape[axis]).map { source($0 - pads[axis], size: input.shape[axis]) }
    }
    copy(
      input, sources, axis: 0, inputRow: 0, outputRow: 0, isInside: true, fill: fill,
      into: call.output)
  }

  private func source(_ index: Int, size: Int) -> Int {
    if (0..<size).contains(index) { return index }
    switch mode {
    case .constant: return -1
    case .edge: return index < 0 ? 0 : size - 1
    case .wrap: return ((index % size) + size) % size
    case .reflect:
      guard size > 1 else { return 0 }
      let period = 2 * (size - 1)
      let folded = ((index % period) + period) % period
      return folded < size ? folded : period - folded
    }
  }

  private func fillBytes(_ call: OperatorCall, size: Int) -> [UInt8] {
    if let value = call.optionalInput(2) { return Array(value.bytes.prefix(size)) }
    if call.input(0).dtype == .float32 { return withUnsafeBytes(of: fixedValue) { Array($0) } }
    return [UInt8](repeating: 0, count: size)
  }

  private func copy(
    _ input: TensorView, _ sources: [[Int]], axis: Int, inputRow: Int, outputRow: Int,
    isInside: Bool, fill: [UInt8], into output: MutableTensorView
  ) {
    let size = input.dtype.byteSize
    guard axis < sources.count else {
      let target = output.base + outputRow * size
      if isInside {
        target.copyMemory(from: input.base + inputRow * size, byteCount: size)
      } else {
        fill.withUnsafeBytes { target.copyMemory(from: $0.baseAddress!, byteCount: size) }
      }
      return
    }
    if axis == sources.count - 1, isInside, mode == .constant {
      copyRow(input, sources[axis], inputRow: inputRow, outputRow: outputRow, fill, into: output)
      return
    }
    for (index, source) in sources[axis].enumerated() {
      copy(
        input, sources, axis: axis + 1, inputRow: inputRow * input.shape[axis] + max(source, 0),
        outputRow: outputRow * output.shape[axis] + index, isInside: isInside && source >= 0,
        fill: fill, into: output)
    }
  }

  /// An innermost row: what lies inside is one contiguous piece.
  private func copyRow(
    _ input: TensorView, _ sources: [Int], inputRow: Int, outputRow: Int, _ fill: [UInt8],
    into output: MutableTensorView
  ) {
    let size = input.dtype.byteSize
    let axis = input.shape.rank - 1
    let target = output.base + outputRow * output.shape[axis] * size
    let first = sources.firstIndex { $0 >= 0 } ?? sources.count
    let count = sources.count { $0 >= 0 }
    for index in Array(0..<first) + Array(min(first + count, sources.count)..<sources.count) {
      fill.withUnsafeBytes {
        (target + index * size).copyMemory(from: $0.baseAddress!, byteCount: size)
      }
    }
    guard count > 0 else { return }
    (target + first * size).copyMemory(
      from: input.base + (inputRow * input.shape[axis] + sources[first]) * size,
      byteCount: count * size)
  }
}

extension Int {
  /// The value kept where its magnitude is representable.
  fileprivate var clampedMagnitude: Int { self == .min ? .max : self }
}
