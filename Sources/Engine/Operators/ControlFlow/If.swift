/// One of two graphs, by a condition. https://onnx.ai/onnx/operators/onnx__If.html
///
/// Where the condition is constant, folding has put the branch in the node's place; this runs the others.
struct If: DataDependentOperator, ControlFlowOperator {
  static let opType = "If"
  static let sinceVersion = 1

  private let branches: [Bool: Program]

  init(_ node: Node, registry: OperatorRegistry) throws(GraphError) {
    var branches: [Bool: Program] = [:]
    for (name, condition) in [("then_branch", true), ("else_branch", false)] {
      guard let body = node.subgraphs[name] else {
        throw .badAttribute(name: name, reason: "is missing")
      }
      guard body.outputs.count >= node.outputs.count else {
        throw .badAttribute(name: name, reason: "computes fewer values than the node has outputs")
      }
      branches[condition] = try Program(body, registry: registry)
    }
    self.branches = branches
  }

  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor] {
    guard let condition = inputs.first ?? nil, condition.dtype == .bool, condition.count == 1 else {
      throw .wrongInput(name: "cond", reason: "is no single bool")
    }
    let body = branches[condition.array(of: Bool.self)[0]]!
    var execution = DirectExecution(body, scratch: scratch)
    for (name, value) in zip(body.graph.captures, inputs.dropFirst(body.graph.firstCapture)) {
      execution[name] = value
    }
    do {
      return try execution.run { _, _ in }
    } catch {
      throw error as? GraphError ?? .shapeMismatch(reason: "\(error)")
    }
  }
}
