import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

@Suite struct RuntimeTests {
  /// Branches of several depths that join again, so that memory is reused in between.
  static func branching(input: [Int?] = [nil, 3, 6, 6]) -> Model {
    var b = GraphBuilder(input: input)
    var trunk = "x"
    for level in 0..<6 {
      b.conv(trunk, "a\(level)", channels: (3, 3))
      b.node("Tanh", ["a\(level)"], "t\(level)")
      b.conv(trunk, "b\(level)", channels: (3, 5))
      b.node("Relu", ["b\(level)"], "r\(level)")
      b.conv("r\(level)", "c\(level)", channels: (5, 3))
      b.node("Sigmoid", ["c\(level)"], "s\(level)")
      b.node("Mul", ["t\(level)", "s\(level)"], "m\(level)")
      b.node("Add", ["m\(level)", trunk], "trunk\(level)")
      trunk = "trunk\(level)"
    }
    b.node("Concat", ["trunk0", "t3", trunk], "all", attributes: ["axis": .int(1)])
    b.node("GlobalAveragePool", ["all"], "pool")
    b.node("Flatten", ["pool"], "y")
    return b.model("y", "t2")
  }

  /// Every value a node computes.
  static func names(_ model: Model) -> [String] { model.graph.nodes.flatMap(\.outputs) }

  /// A plan, with the weights that are packed for it, is made once; another batch size has a plan of its own.
  @Test func sessionsShareAPlan() throws {
    let program = try Program(Self.branching())
    let plan = try program.plan(for: [images(2).type])
    #expect(try program.plan(for: [images(2).type]) === plan)
    #expect(try program.plan(for: [images(3).type]) !== plan)
  }

  /// What is packed of a constant is packed once for all who share its memory; with another companion, anew.
  @Test func packedFormsAreShared() {
    struct Form: Hashable { let number: Int }
    let constant = Tensor([1 as Float, 2], shape: [2])
    let companions = [Tensor(scalar: 1 as Float), Tensor(scalar: 2 as Float)]
    var packings = 0
    func pack(_ tensor: Tensor, _ form: Int, with companion: Tensor? = nil) -> Int {
      tensor.packed(as: Form(number: form), with: companion) {
        packings += 1
        return 10 * form
      }
    }
    for form in [1, 2, 1, 2] { #expect(pack(constant, form) == 10 * form) }
    #expect(packings == 2)
    #expect(pack(constant.reshaped(to: [2, 1]), 2) == 20 && packings == 2)
    for companion in [0, 0, 1, 0] { _ = pack(constant, 3, with: companions[companion]) }
    #expect(packings == 5)
    #expect(pack(Tensor([1 as Float, 2], shape: [2]), 2) == 20 && packings == 6)
  }

  /// With every value observed nothing is rewritten, and each is copied before its memory is reused.
  @Test func reusedMemoryChangesNothing() throws {
    let model = Self.branching()
    let names = Self.names(model)
    let program = try Program(model)
    let plan = try ExecutionPlan(program, inputs: [images(2).type])
    let total = plan.steps.flatMap(\.outputs).reduce(0) { $0 + $1.type.byteCount }
    #expect(plan.arenaByteCount < total / 2)
    var byHand: [String: Tensor] = ["x": images(2)]
    let graph = try Graph(model).resolved()
    for (node, source) in zip(graph.nodes, model.graph.nodes) {
      let operands = node.inputs.map { id -> Tensor? in
        id.flatMap { graph.constant($0) ?? byHand[$0] }
      }
      for (name, result) in zip(source.outputs, try OperatorRunner.run(node, operands)) {
        byHand[name] = result
      }
    }
    let outputs = try floats(program, [images(2)])
    for (name, values) in zip(["y", "t2"], outputs) {
      #expect(isClose(values, byHand[name]))
    }
    var session = Session(try Program(model, observing: names))
    _ = try session.run([images(2)]) { index, values in
      #expect(isClose(Array(values.floats), byHand[names[index]]))
    }
  }

  /// Rewritten convolutions add up in another order; memory reused too early would be far off.
  private func isClose(_ values: [Float], _ expected: Tensor?) -> Bool {
    guard let expected = expected?.array(of: Float.self), expected.count == values.count else {
      return false
    }
    return largestDifference(values, expected) <= 1e-5 * (expected.map(abs).max() ?? 0)
  }

  @Test func aTapChangesNoOutputAndSeesEachValueOnce() throws {
    let model = Self.branching()
    let names = ["x", "c0", "trunk4", "y", "a1_w", "x"]
    var session = Session(try Program(model, observing: names))
    var calls: [Int] = []
    let tapped = try session.run([images(2)]) { index, _ in calls.append(index) }
    let untapped = try session.run([images(2)])
    #expect(calls.sorted() == Array(names.indices))
    #expect(tapped.map { $0.array(of: Float.self) } == untapped.map { $0.array(of: Float.self) })
    #expect(
      try floats(try Program(model), [images(2)]) == untapped.map { $0.array(of: Float.self) })
  }

  @Test func whatATapThrowsEndsTheRun() throws {
    struct Stop: Error {}
    var session = Session(try Program(Self.branching(), observing: ["c0"]))
    #expect(throws: Stop.self) { try session.run([images(1)]) { _, _ in throw Stop() } }
    #expect(throws: Never.self) { try session.run([images(1)]) }
  }

  @Test func aBatchEqualsItsSamplesAlone() throws {
    let program = try Program(Self.branching())
    var session = Session(program)
    let batch = images(5)
    let together = try session.run([batch])[0]
    #expect(together.shape == [5, 9])
    let size = 3 * 6 * 6
    for sample in 0..<5 {
      let values = Array(batch.array(of: Float.self)[sample * size..<(sample + 1) * size])
      let alone = try session.run([Tensor(values, shape: [1, 3, 6, 6])])[0].array(of: Float.self)
      let row = Array(together.array(of: Float.self)[sample * 9..<(sample + 1) * 9])
      #expect(largestDifference(alone, row) <= 1e-5)
    }
    #expect(try session.run([batch])[0].array(of: Float.self) == together.array(of: Float.self))
  }

  @Test func shapesThatTheModelDoesNotTake() throws {
    let program = try Program(Self.branching(input: [4, 3, 6, 6]))
    let error = #expect(throws: GraphError.self) { try floats(program, [images(3)]) }
    let text = "\(try #require(error))"
    #expect(text == "input 'x' has shape [3, 3, 6, 6], the model reads [4, 3, 6, 6]")
    #expect(throws: GraphError.self) { try floats(program, [images(4, [3, 6])]) }
    #expect(throws: GraphError.self) { try floats(program, []) }
    #expect(throws: GraphError.self) {
      try floats(program, [Tensor([Int64](repeating: 0, count: 432), shape: [4, 3, 6, 6])])
    }
  }

  @Test(arguments: [true, false]) func shapeArithmeticResolvesBeforeTheRun(optimizing: Bool) throws
  {
    var b = GraphBuilder()
    b.node("Sigmoid", ["x"], "s")
    b.node("Shape", ["s"], "shape")
    b.initializers.append(
      ModelTensor(name: "first", elementType: .int64, dims: [], values: [Int64(0)]))
    b.integers("axes", [0])
    b.integers("rest", [-1])
    b.node("Gather", ["shape", "first"], "n", attributes: ["axis": .int(0)])
    b.node("Unsqueeze", ["n", "axes"], "rows")
    b.node("Concat", ["rows", "rest"], "target", attributes: ["axis": .int(0)])
    b.node("Reshape", ["s", "target"], "y")
    let program = try Program(b.model("y"), optimizing: optimizing)
    for count in [1, 3] {
      let plan = try ExecutionPlan(program, inputs: [images(count).type])
      #expect(plan.steps.map { program.graph.nodes[$0.node].opType } == ["Sigmoid"])
      var session = Session(program)
      #expect(try session.run([images(count)])[0].shape == [count, 108])
    }
  }

  @Test func everyUnsupportedNodeIsNamed() throws {
    var b = GraphBuilder()
    b.node("Frobnicate", ["x"], "f")
    b.node("Relu", ["f"], "r")
    b.node("Twist", ["r"], "y")
    let error = #expect(throws: GraphError.self) { try Program(b.model("y")) }
    guard case .unsupportedNodes(let nodes)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(nodes.map(\.name) == ["Frobnicate_f", "Twist_y"])
    #expect(nodes.map(\.opType) == ["Frobnicate", "Twist"])
    #expect(nodes.allSatisfy { $0.opset == 13 && !$0.reason.isEmpty })
  }

  @Test func observingWhatDoesNotExist() {
    #expect(throws: GraphError.self) { try Program(Self.branching(), observing: ["nothing"]) }
  }
}
