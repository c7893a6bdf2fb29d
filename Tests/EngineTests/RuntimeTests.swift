import ONNXFormat
import TestSupport
import Testing

@testable import Engine

@Suite struct RuntimeTests {
  @Test func aBatchEqualsItsImagesOneByOne() throws {
    let program = try Program(RewriteCase.all[0].model)
    var session = Session(program)
    let x = RewriteTests.input(batch: 5)
    let whole = try session.run([x])[0].array(of: Float.self)
    let size = x.count / 5
    for index in 0..<5 {
      let image = Tensor(
        Array(x.array(of: Float.self)[index * size..<(index + 1) * size]),
        shape: [1, RewriteCase.channels, 6, 6])
      let one = try session.run([image])[0].array(of: Float.self)
      let expected = whole[index * one.count..<(index + 1) * one.count]
      // Another number of columns may take another kernel of the BLAS.
      #expect(zip(one, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func manyBranchesShareTheArenaSafely() throws {
    let g = Builder()
    var values = ["x"]
    for step in 0..<24 {
      let a = values[step * 7 % values.count]
      let b = values[step * 5 % values.count]
      values.append(step % 3 == 0 ? g.conv(g.relu(a)) : g.op("Add", [a, b]))
    }
    let output = values.dropFirst().reduce("x") { g.op("Add", [$0, $1]) }
    let model = g.model(output: output)
    let program = try Program(model)
    let types = [RewriteTests.input(batch: 3).type]
    let plan = try ExecutionPlan(program, inputs: types)
    let total = plan.steps.reduce(0) { $0 + $1.outputs.reduce(0) { $0 + $1.type.byteCount } }
    #expect(plan.arenaByteCount < total)
    // Observing everything keeps no value alive longer, but shows each when it is complete.
    var session = Session(program)
    let first = try session.run([RewriteTests.input(batch: 3)])[0].array(of: Float.self)
    var plain = Session(try Program(model, optimizing: false))
    let expected = try plain.run([RewriteTests.input(batch: 3)])[0].array(of: Float.self)
    let largest = expected.map(abs).max() ?? 1
    #expect(zip(first, expected).allSatisfy { abs($0 - $1) < largest * 1e-4 })
    #expect(try session.run([RewriteTests.input(batch: 3)])[0].array(of: Float.self) == first)
  }

  @Test func aReshapeWhoseShapeIsComputedFromTheInputIsPlanned() throws {
    let index = ModelTensor(name: "zero", elementType: .int64, dims: [], values: [Int64(0)])
    let axes = ModelTensor(name: "axes", elementType: .int64, dims: [1], values: [Int64(0)])
    let rest = ModelTensor(name: "rest", elementType: .int64, dims: [1], values: [Int64(-1)])
    let model = Model(
      graph: ModelGraph(
        name: "g",
        nodes: [
          ModelNode("Shape", name: "s", inputs: ["x"], outputs: ["shape"]),
          ModelNode("Gather", name: "g", inputs: ["shape", "zero"], outputs: ["n"]),
          ModelNode("Unsqueeze", name: "u", inputs: ["n", "axes"], outputs: ["n1"]),
          ModelNode(
            "Concat", name: "c", inputs: ["n1", "rest"], outputs: ["to"],
            attributes: ["axis": .int(0)]),
          ModelNode("Reshape", name: "r", inputs: ["x", "to"], outputs: ["y"]),
        ],
        inputs: [
          ModelValue(
            name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(2), .fixed(3)])
        ],
        outputs: [ModelValue(name: "y", elementType: .float32, dimensions: [.unknown, .unknown])],
        initializers: [index, axes, rest]), opset: 13)
    let program = try Program(model)
    #expect(try ExecutionPlan(program, inputs: [TensorType(.float32, [5, 2, 3])]).steps.isEmpty)
    var session = Session(program)
    let x = Tensor((0..<30).map(Float.init), shape: [5, 2, 3])
    let y = try session.run([x])[0]
    #expect(y.shape == [5, 6])
    #expect(y.array(of: Float.self) == x.array(of: Float.self))
  }

  @Test func everyUnsupportedNodeIsListed() throws {
    let g = Builder()
    let output = g.op("Frobnicate", [g.op("Einsum", [g.relu("x")])])
    do {
      _ = try Program(g.model(output: output))
      Issue.record("a model with unknown operators was accepted")
    } catch {
      guard case .unsupportedNodes(let nodes) = error else { throw error }
      #expect(nodes.map(\.opType) == ["Einsum", "Frobnicate"])
      #expect(nodes.allSatisfy { $0.opset == 13 && !$0.name.isEmpty && !$0.reason.isEmpty })
    }
  }

  @Test func aWrongInputShapeIsNamed() throws {
    var session = Session(try Program(RewriteCase.all[0].model))
    let wrong = Tensor([Float](repeating: 0, count: 4 * 25), shape: [1, 4, 5, 5])
    do {
      _ = try session.run([wrong])
      Issue.record("an input of another size was accepted")
    } catch {
      let text = "\(error)"
      #expect(text.contains("'x'") && text.contains("[1, 4, 5, 5]") && text.contains("6"))
    }
  }

  @Test func outputsMayBeViewsOfInputsAndConstants() throws {
    let g = Builder()
    let model = g.model(output: g.op("Identity", ["x"]))
    var session = Session(try Program(model))
    let x = RewriteTests.input(batch: 1)
    #expect(try session.run([x])[0].array(of: Float.self) == x.array(of: Float.self))
    let h = Builder()
    let constant = h.constant([1, 2], dims: [2])
    var other = Session(try Program(h.model(output: h.op("Relu", [constant]))))
    #expect(try other.run([x])[0].array(of: Float.self) == [1, 2])
  }
}
