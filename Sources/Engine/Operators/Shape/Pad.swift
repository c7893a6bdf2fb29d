/// Grows (or, with negative pads, shrinks) a tensor at its borders by a constant, by reflection or by its edge.
/// https://onnx.ai/onnx/operators/onnx__Pad.html
struct Pad: PlannedOperator {
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
    if let value = inputs.optional(2)?.type,
      value.dtype != type.dtype || value.shape.elementCount != 1
    {
      throw .wrongInput(
        name: "constant_value", reason: "\(value) is no scalar of type \(type.dtype)")
    }
    let pads = try pads(inputs)
    var shape = type.shape
    for axis in 0..<shape.rank {
      shape[axis] += pads[axis] + pads[axis + shape.rank]
      guard shape[axis] >= 0, mode == .constant || shape[axis] == 0 || type.shape[axis] > 0 else {
        throw .shapeMismatch(reason: "pads \(pads) leave nothing of axis \(axis) of \(type.shape)")
      }
    }
    return [TensorType(type.dtype, shape)]
  }

  /// Pads of every axis: all beginnings, then all ends.
  private func pads(_ inputs: [Operand?]) throws(GraphError) -> [Int] {
    let shape = try inputs.required(0, "data").type.shape
    let read = try inputs.knownIntegers(1, "pads")
    guard let given = fixedPads ?? read else {
      throw .wrongInput(name: "pads", reason: "is missing")
    }
    let axes = try resolveAll(
      inputs.knownIntegers(3, "axes") ?? Array(0..<shape.rank), shape)
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

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try pads(inputs)) { call, pads in
      if mode == .constant { fill(call) }
      PaddedCopy(call.input(0), pads: pads, mode, into: call.output).run()
    }
  }

  /// Repeats the constant over the whole output.
  private func fill(_ call: OperatorCall) {
    let output = call.output
    if let value = call.optionalInput(2) {
      output.fill(with: value.base)
    } else {
      // Types of up to eight bytes; only float32 has a value other than 0 in an attribute.
      var bits = output.dtype == .float32 ? UInt64(fixedValue.bitPattern) : 0
      output.fill(with: &bits)
    }
  }
}

extension MutableTensorView {
  /// So much is copied at a time that it stays in the fastest cache.
  private static let chunk = 4096

  /// Repeats one element over all.
  fileprivate func fill(with element: UnsafeRawPointer) {
    let byteCount = bytes.count
    guard byteCount > 0 else { return }
    base.copyMemory(from: element, byteCount: dtype.byteSize)
    var filled = dtype.byteSize
    while filled < byteCount {
      let next = min(filled, Self.chunk, byteCount - filled)
      (base + filled).copyMemory(from: base, byteCount: next)
      filled += next
    }
  }
}

extension Int {
  /// The value kept where its magnitude is representable.
  fileprivate var clampedMagnitude: Int { self == .min ? .max : self }
}
