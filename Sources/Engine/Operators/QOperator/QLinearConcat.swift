/// Joins tensors of codes along an axis, each brought to the output's scale. Operands: the output's scale and zero point,
/// then codes, scale and zero point of each input.
struct QLinearConcat: CodeOperator {
  static let opType = "QLinearConcat"

  private let axis: Int

  init(_ node: Node) throws(GraphError) {
    guard let axis = try node.attributes.int("axis") else {
      throw .badAttribute(name: "axis", reason: "is missing")
    }
    self.axis = axis
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    guard inputs.count >= 5, inputs.count % 3 == 2 else {
      throw .wrongInput(
        name: "inputs", reason: "\(inputs.count) operands are no triples behind two")
    }
    var result = try inputs.codes(2, "input")
    guard let axis = result.shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(result.shape)")
    }
    for index in stride(from: 5, to: inputs.count, by: 3) {
      let next = try inputs.codes(index, "input")
      var expected = result
      if next.shape.rank == result.shape.rank { expected.shape[axis] = next.shape[axis] }
      guard next == expected else {
        throw .shapeMismatch(reason: "\(result) and \(next) cannot be joined along axis \(axis)")
      }
      result.shape[axis] += next.shape[axis]
    }
    try inputs.checkCoding(0, "Y", of: result)
    return [result]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    let shape = call.output.shape
    let axis = axis < 0 ? axis + shape.rank : axis
    let (output, y) = (Coding(call, at: 0), call.output.buffer(of: Code.self))
    let (outer, row) = (shape.count(..<axis), shape.count(axis...))
    var start = 0
    for index in stride(from: 2, to: call.inputs.count, by: 3) {
      let table = CodeTable<Code>(from: Coding(call, at: index + 1), to: output)
      let x = call.input(index).buffer(of: Code.self)
      let count = call.input(index).shape.count(axis...)
      for line in 0..<outer {
        for i in 0..<count { y[line * row + start + i] = table[x[line * count + i]] }
      }
      start += count
    }
  }
}
