import CalibrantONNXFormat
import Testing

@testable import CalibrantEngine

/// Graphs that are valid, or nearly so, and unusual.
@Suite(.serialized) struct GraphEdgeTests {
  private func outputs(_ model: Model, _ inputs: [Tensor], optimizing: Bool) throws -> [Tensor] {
    var session = Session(try Program(model, optimizing: optimizing))
    return try session.run(inputs)
  }

  @Test(arguments: [true, false]) func outputsThatNothingComputes(optimizing: Bool) throws {
    var b = GraphBuilder()
    b.integers("flat", [0, -1])
    b.weights("k", [4, 2])
    b.integers("turned", [2, 4])
    b.node("Reshape", ["x", "flat"], "view")
    b.node("Reshape", ["view", "flat"], "viewOfView")
    b.node("Reshape", ["k", "turned"], "constantView")
    let model = b.model("x", "view", "viewOfView", "k", "constantView", "view")
    let results = try outputs(model, [images(2)], optimizing: optimizing)
    #expect(
      results.map(\.shape)
        == [[2, 3, 6, 6], [2, 108], [2, 108], [4, 2], [2, 4], [2, 108]] as [Shape])
    let x = images(2).array(of: Float.self)
    for index in [0, 1, 2, 5] { #expect(results[index].array(of: Float.self) == x) }
    #expect(results[3].array(of: Float.self) == results[4].array(of: Float.self))
  }

  /// A view keeps the memory it shares alive.
  @Test(arguments: [true, false]) func aViewOutlivesItsSource(optimizing: Bool) throws {
    var b = GraphBuilder()
    b.integers("flat", [0, -1])
    b.node("Sigmoid", ["x"], "s")
    b.node("Reshape", ["s", "flat"], "view")
    b.node("Tanh", ["x"], "t1")
    b.node("Tanh", ["t1"], "t2")
    b.node("Reshape", ["t2", "flat"], "t3")
    b.node("Add", ["view", "t3"], "y")
    let results = try outputs(b.model("y"), [images(2)], optimizing: optimizing)
    var s = GraphBuilder()
    s.node("Sigmoid", ["x"], "a")
    s.node("Tanh", ["x"], "t1")
    s.node("Tanh", ["t1"], "b")
    let parts = try outputs(s.model("a", "b"), [images(2)], optimizing: optimizing)
      .map { $0.array(of: Float.self) }
    #expect(results[0].array(of: Float.self) == zip(parts[0], parts[1]).map { $0 + $1 })
  }

  @Test func anInputThatIsAlsoAnInitializerIsAConstant() throws {
    var b = GraphBuilder()
    b.input("bias", [3, 1, 1])
    b.constant("bias", [1, 2, 3], [3, 1, 1])
    b.node("Add", ["x", "bias"], "y")
    let program = try Program(b.model("y"))
    #expect(program.inputs.map(\.name) == ["x"])
    let expected = images(1).array(of: Float.self).enumerated().map { $1 + Float($0 / 36 + 1) }
    #expect(try floats(program, [images(1)]) == [expected])
  }

  @Test(arguments: [true, false]) func anOutputThatTheOperatorDoesNotHave(optimizing: Bool) throws {
    var b = GraphBuilder()
    b.node("Sigmoid", ["x"], "s", "extra")
    b.node("Relu", ["extra"], "r")
    b.node("Clip", ["x", "extra"], "c")
    for output in ["extra", "r", "c"] {
      let program = try Program(b.model(output), optimizing: optimizing)
      #expect(throws: GraphError.self) { try floats(program, [images(1)]) }
    }
  }

  @Test func anOutputThatTheOperatorDoesNotHaveAndNobodyReads() throws {
    var b = GraphBuilder()
    b.node("Sigmoid", ["x"], "s", "extra")
    #expect(try floats(try Program(b.model("s")), [images(1)])[0].count == 108)
  }

  @Test(arguments: [true, false]) func aViewWhoseNameIsOmitted(optimizing: Bool) throws {
    var b = GraphBuilder()
    b.integers("flat", [0, -1])
    b.node("Reshape", ["x", "flat"], "")
    b.node("Sigmoid", ["x"], "y")
    let results = try outputs(b.model("y"), [images(1)], optimizing: optimizing)
    #expect(results[0].shape == [1, 3, 6, 6])
  }

  @Test func anEmptyBatch() throws {
    let results = try outputs(RuntimeTests.branching(), [images(0)], optimizing: true)
    #expect(results[0].shape == [0, 9])
  }
}

/// What an error says of where shapes came from.
struct ShapeErrorTests {
  @Test func namesBothShapesAndBothProducers() throws {
    var builder = GraphBuilder(input: [nil, 4])
    builder.input("z", [nil, 5])
    builder.node("Relu", ["x"], "a")
    builder.node("Neg", ["z"], "b")
    builder.node("Add", ["a", "b"], "y")
    var session = Session(try Program(builder.model("y")))
    let inputs = [4, 5].map { Tensor([Float](repeating: 1, count: $0), shape: [1, $0]) }
    #expect {
      try session.run(inputs)
    } throws: { error in
      ["[1, 4]", "[1, 5]", "'a'", "'b'", "'Relu_a'", "'Neg_b'", "'Add_y'"].allSatisfy(
        "\(error)".contains)
    }
  }
}
