/// Before opset 7 a second operand broadcasts only if `broadcast` is set, and then to the axes from `axis` on. Where
/// those are the last ones that is NumPy's rule; other alignments are refused.
/// https://onnx.ai/onnx/operators/onnx__Add.html#add-6
struct LegacyBroadcast<Modern: OperatorKernel>: PlannedOperator {
  static var opType: String { Modern.opType }
  static var sinceVersion: Int { 1 }
  static var traits: OperatorTraits { Modern.traits }

  private let modern: Modern
  private let axis: Int?
  private let broadcasts: Bool

  init(_ node: Node) throws(GraphError) {
    modern = try Modern(node)
    axis = try node.attributes.int("axis")
    broadcasts = try node.attributes.flag("broadcast")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let a = try inputs.required(0, "A").type.shape
    let b = try inputs.required(1, "B").type.shape
    guard a == b || broadcasts else {
      throw .shapeMismatch(reason: "A \(a) and B \(b) differ, and 'broadcast' is not set")
    }
    if let axis, a.resolve(axis: axis) != a.rank - b.rank {
      throw .notImplemented(reason: "B \(b) aligned with axis \(axis) of A \(a)")
    }
    return try modern.outputTypes(inputs)
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    try modern.prepare(inputs)
  }
}
