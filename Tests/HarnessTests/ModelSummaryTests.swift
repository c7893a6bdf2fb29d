import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// The figures of `info`.
@Suite struct ModelSummaryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func summary(_ graph: ModelGraph) throws -> ModelSummary {
    let path = folder.file("model.onnx")
    try Model(graph: graph, opset: 13).write(to: path)
    return try ModelSummary(path)
  }

  private func value(_ name: String, _ dimensions: [CalibrantONNXFormat.Dimension]) -> ModelValue {
    ModelValue(name: name, elementType: .float32, dimensions: dimensions)
  }

  private func floats(_ name: String, _ dims: [Int]) -> ModelTensor {
    ModelTensor(
      name: name, elementType: .float32, dims: dims,
      values: [Float](repeating: 0.5, count: dims.reduce(1, *)))
  }

  /// Rows of 3 times a matrix of 3 × 4.
  private func product(batch: CalibrantONNXFormat.Dimension) -> ModelGraph {
    ModelGraph(
      name: "product",
      nodes: [ModelNode("MatMul", name: "fc", inputs: ["x", "w"], outputs: ["y"])],
      inputs: [value("x", [batch, .fixed(3)])], outputs: [value("y", [batch, .fixed(4)])],
      initializers: [floats("w", [3, 4])])
  }

  @Test(arguments: [.symbolic("N"), .fixed(1), .fixed(8)] as [CalibrantONNXFormat.Dimension])
  func costIsThatOfASample(batch: CalibrantONNXFormat.Dimension) throws {
    let summary = try summary(product(batch: batch))
    #expect(summary.multiplyAccumulates == 12)
    #expect(summary.text.contains("MACs        12 per sample"))
  }

  /// Rows that no output has are no batch.
  @Test func costOfRowsThatAreOneSample() throws {
    var graph = product(batch: .fixed(8))
    graph.nodes.append(
      ModelNode(
        "ReduceMean", name: "mean", inputs: ["y"], outputs: ["m"],
        attributes: ["axes": .ints([0])]))
    graph.outputs = [value("m", [.fixed(1), .fixed(4)])]
    #expect(try summary(graph).multiplyAccumulates == 96)
  }

  /// 12 in the file's initializers, 6 + 2 + 1 in Constant nodes, twice 5 in branches; indices are none.
  @Test func parametersOfConstantNodes() throws {
    func constant(_ name: String, _ attribute: String, _ value: AttributeValue) -> ModelNode {
      ModelNode("Constant", name: name, inputs: [], outputs: [name], attributes: [attribute: value])
    }
    var graph = product(batch: .symbolic("N"))
    let indices = ModelTensor(name: "", elementType: .int64, dims: [3], values: [Int64(1), 2, 3])
    let branch = ModelGraph(
      name: "branch", nodes: [ModelNode("Identity", name: "", inputs: ["b"], outputs: ["t"])],
      inputs: [], outputs: [value("t", [.fixed(5)])], initializers: [floats("b", [5])])
    graph.initializers.append(
      ModelTensor(name: "yes", elementType: .bool, dims: [], values: [true]))
    graph.nodes += [
      constant("tensor", "value", .tensor(floats("", [2, 3]))),
      constant("list", "value_floats", .floats([1, 2])),
      constant("number", "value_float", .float(1)), constant("index", "value_int", .int(7)),
      constant("indices", "value", .tensor(indices)),
      ModelNode(
        "If", name: "if", inputs: ["yes"], outputs: ["z"],
        attributes: ["then_branch": .graph(branch), "else_branch": .graph(branch)]),
    ]
    #expect(try summary(graph).parameters == 12 + 6 + 2 + 1 + 2 * 5)
  }

  /// `y = x + s`, encoded by hand: field number and wire type, length, bytes, as onnx.proto numbers them.
  private func sumOfAScalar() -> Data {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    func number(_ field: UInt8, _ value: UInt8) -> [UInt8] { [field << 3, value] }
    func value(_ name: String, shape: [UInt8]?) -> [UInt8] {
      text(1, name) + field(2, field(1, number(1, 1) + (shape.map { field(2, $0) } ?? [])))
    }
    let rows = field(1, text(2, "N")) + field(1, number(1, 2))
    let graph =
      field(1, text(1, "x") + text(1, "s") + text(2, "y") + text(4, "Add")) + text(2, "g")
      + field(11, value("x", shape: rows)) + field(11, value("s", shape: []))
      + field(12, value("y", shape: nil))
    return Data(number(1, 8) + field(7, graph) + field(8, number(2, 13)))
  }

  @Test func scalarsAreNoUnknownShapes() throws {
    let summary = try ModelSummary(folder.write(sumOfAScalar(), to: "sum.onnx"))
    #expect(summary.inputs.map(\.dimensions) == [["N", "2"], []])
    #expect(summary.outputs.map(\.dimensions) == [nil])
    #expect(
      summary.text.contains(
        """
        input   x  float32 [N, 2]
        input   s  float32 scalar
        output  y  float32 of unknown shape
        """))
  }
}
