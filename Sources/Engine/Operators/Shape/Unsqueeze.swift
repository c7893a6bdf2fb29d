/// Inserts axes of size 1 at places of the output's shape. https://onnx.ai/onnx/operators/onnx__Unsqueeze.html
struct Unsqueeze: ViewOperator {
  static let opType = "Unsqueeze"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true)

  private let axes: [Int]?

  init(_ node: Node) throws(GraphError) { axes = try node.attributes.ints("axes") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "data").type
    let read = try inputs.knownIntegers(1, "axes")
    guard let axes = read ?? axes else {
      throw .wrongInput(name: "axes", reason: "is missing")
    }
    let rank = type.shape.rank + axes.count
    let inserted = Set(try resolveAll(axes, Shape([Int](repeating: 1, count: rank))))
    guard inserted.count == axes.count else {
      throw .badAttribute(name: "axes", reason: "\(axes) names an axis twice")
    }
    var rest = type.shape.dims.makeIterator()
    let dims = (0..<rank).map { inserted.contains($0) ? 1 : rest.next() ?? 1 }
    return [TensorType(type.dtype, Shape(dims))]
  }
}
