/// Sums of products of tensors whose axes letters name. https://onnx.ai/onnx/operators/onnx__Einsum.html
struct Einsum: PlannedOperator {
  static let opType = "Einsum"
  static let sinceVersion = 12

  private let equation: EinsumEquation

  init(_ node: Node) throws(GraphError) {
    equation = try EinsumEquation(try node.attributes.string("equation", default: ""))
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let resolved = try resolved(inputs)
    return [TensorType(.float32, Shape(resolved.output.map { resolved.sizes[$0]! }))]
  }

  private func resolved(_ inputs: [Operand?]) throws(GraphError) -> EinsumEquation.Resolved {
    var shapes: [Shape] = []
    for index in inputs.indices { shapes.append(try inputs.requiredFloat(index, "Inputs").shape) }
    return try equation.resolved(shapes)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try resolved(inputs), run)
  }

  /// Contracts the operands from left to right, keeping what a later one or the output needs.
  private func run(
    _ call: OperatorCall, _ resolved: EinsumEquation.Resolved
  ) throws(GraphError) {
    var terms = call.inputs.indices.map { index in
      LabelledTensor(
        Array(call.input(index).floats), call.input(index).shape, labels: resolved.inputs[index],
        sizes: resolved.sizes)
    }
    var result = terms.removeFirst()
    while !terms.isEmpty {
      let next = terms.removeFirst()
      let needed = Set(resolved.output).union(terms.flatMap(\.labels))
      result = try result.contracted(with: next, keeping: needed, sizes: resolved.sizes)
    }
    let final = result.arranged(resolved.output, summing: true, sizes: resolved.sizes)
    _ = call.output.floats.update(fromContentsOf: final)
  }
}
