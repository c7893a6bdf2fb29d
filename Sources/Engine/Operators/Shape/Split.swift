/// Cuts a tensor along an axis into given or equal parts; the last equal part may be smaller.
/// https://onnx.ai/onnx/operators/onnx__Split.html
struct Split: OperatorKernel {
  static let opType = "Split"
  static let sinceVersion = 2
  static let traits = OperatorTraits(movesValues: true)

  private let axis: Int
  private let fixedParts: [Int]?
  private let partCount: Int

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: 0)
    fixedParts = try node.attributes.ints("split")
    partCount = try node.attributes.int("num_outputs", default: node.outputs.count)
    guard partCount == node.outputs.count else {
      throw .badAttribute(
        name: "num_outputs", reason: "is \(partCount), the node has \(node.outputs.count)")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    guard let axis = type.shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(type.shape)")
    }
    let size = type.shape[axis]
    let parts = try inputs.knownIntegers(1, "split") ?? fixedParts ?? equalParts(of: size)
    let total = parts.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    guard parts.count == partCount, parts.allSatisfy({ (0...size).contains($0) }), total == size
    else {
      throw .shapeMismatch(
        reason: "\(type.shape) cannot be split along axis \(axis) into \(partCount) parts \(parts)")
    }
    return parts.map { part in
      var shape = type.shape
      shape[axis] = part
      return TensorType(type.dtype, shape)
    }
  }

  private func equalParts(of size: Int) -> [Int] {
    let part = (size + partCount - 1) / max(partCount, 1)
    return (0..<partCount).map { max(0, min(part, size - $0 * part)) }
  }

  func run(_ call: OperatorCall) {
    let input = call.input(0)
    let axis = axis < 0 ? axis + input.shape.rank : axis
    let rowBytes = input.shape.count(axis...) * input.dtype.byteSize
    var start = 0
    for output in call.outputs {
      let bytes = output.shape.count(axis...) * output.dtype.byteSize
      for row in 0..<input.shape.count(..<axis) {
        (output.base + row * bytes)
          .copyMemory(from: input.base + row * rowBytes + start, byteCount: bytes)
      }
      start += bytes
    }
  }
}
