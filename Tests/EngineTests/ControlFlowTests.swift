import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// If, functions of the model's own, and shapes that only data decides.
struct ControlFlowTests {
  /// y = condition ? x + 1 : x · 2, where the branches read `x` and `one` of the graph around them.
  private func branching(condition: String) -> GraphBuilder {
    var builder = GraphBuilder(input: [nil])
    builder.constant("one", [1], [1])
    builder.constant("two", [2], [1])
    builder.node(
      "If", [condition], "y",
      attributes: [
        "then_branch": .graph(branch("Add", ["x", "one"])),
        "else_branch": .graph(branch("Mul", ["x", "two"])),
      ])
    return builder
  }

  private func branch(_ opType: String, _ inputs: [String]) -> ModelGraph {
    let output = ModelValue(name: "result", elementType: .float32, dimensions: [.unknown])
    return ModelGraph(
      name: opType, nodes: [ModelNode(opType, name: opType, inputs: inputs, outputs: ["result"])],
      inputs: [], outputs: [output], initializers: [])
  }

  @Test(arguments: [(true, [2 as Float, 3]), (false, [2, 4])])
  func takesTheBranchThatDataDecide(_ condition: Bool, _ expected: [Float]) throws {
    var builder = branching(condition: "c")
    builder.input("c", [], .bool)
    let program = try Program(builder.model("y"))
    let x = Tensor([1 as Float, 2], shape: [2])
    #expect(try floats(program, [x, Tensor(scalar: condition)]) == [expected])
  }

  @Test func aConstantConditionLeavesOneBranch() throws {
    var builder = branching(condition: "c")
    builder.initializers.append(
      ModelTensor(name: "c", elementType: .bool, dims: [], values: [UInt8(1)]))
    let program = try Program(builder.model("y"))
    #expect(!program.graph.nodes.contains { $0.is("If", "Mul") })
    #expect(try floats(program, [Tensor([1 as Float, 2], shape: [2])]) == [[2, 3]])
  }

  /// Branches have the operators that the graph around them was given, no more and no fewer.
  @Test func branchesUseTheGraphsOwnRegistry() throws {
    var builder = branching(condition: "c")
    builder.input("c", [], .bool)
    let model = builder.model("y")
    let whole = OperatorRegistry([If.self, Add.self, Mul.self])
    #expect(try Program.unsupportedNodes(in: model, registry: whole).isEmpty)
    let missing = OperatorRegistry([If.self, Add.self])
    let refused = try Program.unsupportedNodes(in: model, registry: missing)
    #expect(refused.map(\.opType) == ["If"] && "\(refused)".contains("Mul"))
  }

  @Test func refusesBranchesThatCannotRun() throws {
    var builder = GraphBuilder(input: [nil])
    builder.input("c", [], .bool)
    builder.node(
      "If", ["c"], "y",
      attributes: [
        "then_branch": .graph(branch("SequenceAt", ["x"])),
        "else_branch": .graph(branch("Neg", ["x"])),
      ])
    #expect {
      try Program(builder.model("y"))
    } throws: {
      "\($0)".contains("SequenceAt")
    }
  }

  /// NonZero's shape depends on its data, and so does all that follows.
  @Test func runsWhatOnlyDataShapes() throws {
    var builder = GraphBuilder(input: [nil])
    builder.node("NonZero", ["x"], "indices")
    builder.node("Transpose", ["indices"], "columns")
    builder.node("GatherND", ["x", "columns"], "kept")
    builder.node("Relu", ["kept"], "y")
    let program = try Program(builder.model("y"), observing: ["kept"])
    var session = Session(program)
    var seen: [[Float]] = []
    for values: [Float] in [[0, -1, 0, 2], [0, 0, 0, 0], [1, 2, 3, 4]] {
      let outputs = try session.run([Tensor(values, shape: [4])]) { _, view in
        seen.append(view.copied().array(of: Float.self))
      }
      #expect(outputs[0].array(of: Float.self) == values.filter { $0 != 0 }.map { max($0, 0) })
    }
    #expect(seen == [[-1, 2], [], [1, 2, 3, 4]])
  }

  @Test func aShapeGivenAsInputDecidesAtEachRun() throws {
    var builder = GraphBuilder(input: [nil])
    builder.input("shape", [2], .int64)
    builder.node("Reshape", ["x", "shape"], "y")
    var session = Session(try Program(builder.model("y")))
    for dims: [Int64] in [[2, 3], [3, 2], [1, -1]] {
      let x = Tensor([Float](repeating: 1, count: 6), shape: [6])
      let y = try session.run([x, Tensor(dims, shape: [2])])[0]
      #expect(y.shape.elementCount == 6 && y.shape.rank == 2)
      #expect(y.shape[0] == Int(dims[0]))
    }
  }
}
