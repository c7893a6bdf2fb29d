import Foundation
import Testing

@testable import CalibrantEngine
@testable import CalibrantONNXFormat

/// The one graph: nothing of a file is lost in it, and lowering writes out what nodes stand for.
struct GraphModelTests {
  private static func value(_ name: String) -> ModelValue {
    ModelValue(name: name, elementType: .float32, dimensions: [.unknown])
  }

  private static func body(_ opType: String, _ inputs: [String]) -> ModelGraph {
    ModelGraph(
      name: opType, nodes: [ModelNode(opType, name: opType, inputs: inputs, outputs: ["inner"])],
      inputs: [], outputs: [value("inner")], initializers: [])
  }

  /// An operator that nothing here knows with attributes that nothing reads, a node without a name, an omitted input, a body,
  /// types of values between nodes, text.
  private static func rich() -> Model {
    var unknown = ModelNode(
      "Rotate", name: "odd", inputs: ["x", "", "one"], outputs: ["turned", ""],
      domain: "com.example", attributes: ["angle": .float(0.5), "labels": .strings(["a", "ü"])])
    unknown.proto.docString = "the node"
    var types = Onnx_AttributeProto()
    (types.name, types.type) = ("types", .typeProtos)
    unknown.proto.attribute.append(types)
    var model = Model(
      graph: ModelGraph(
        name: "rich",
        nodes: [
          unknown, ModelNode("Add", name: "", inputs: ["turned", "one"], outputs: ["sum"]),
          ModelNode(
            "If", name: "if", inputs: ["c"], outputs: ["y"],
            attributes: [
              "then_branch": .graph(body("Neg", ["sum"])),
              "else_branch": .graph(body("Relu", ["sum"])),
            ]),
        ],
        inputs: [value("x"), ModelValue(name: "c", elementType: .bool, dimensions: [])],
        outputs: [value("y")],
        initializers: [
          ModelTensor(name: "one", elementType: .float32, dims: [1], values: [1 as Float])
        ]), opset: 13)
    model.graph.valueInfos = [value("sum")]
    model.proto.graph.docString = "the graph"
    model.proto.graph.initializer[0].docString = "the tensor"
    return model
  }

  @Test func whatNobodyTouchedIsAsItWasRead() throws {
    let model = Self.rich()
    #expect(try Graph(model).model().serialized() == model.serialized())
  }

  @Test func bodiesKeepAliveWhatTheyRead() throws {
    let graph = Graph(Self.rich())
    #expect(graph.withoutDeadNodes().nodes.map(\.opType) == ["Rotate", "Add", "If"])
    #expect(
      graph.pinned.contains("sum") && graph.consumers()["sum"]?.allSatisfy { $0 == 2 } == true)
    let part = graph.fragment(Array(graph.nodes[1...]), inputs: [], outputs: ["y"])
    #expect(part.constants.keys.sorted() == ["one"])
  }

  /// f(a, b) = (−a, a, −a) by the rules of names alone: its own input is an output, and one output is given twice.
  @Test func aFunctionMayPassOnAndRepeatValues() throws {
    var function = Onnx_FunctionProto()
    (function.name, function.domain) = ("F", "local")
    (function.input, function.output) = (["a", "b"], ["n", "a", "n"])
    function.node = [ModelNode("Neg", name: "neg", inputs: ["a"], outputs: ["n"]).proto]
    var opset = Onnx_OperatorSetIdProto()
    opset.version = 13
    function.opsetImport = [opset]
    var model = Model(
      graph: ModelGraph(
        name: "calls",
        nodes: [
          ModelNode(
            "F", name: "call", inputs: ["x", ""], outputs: ["first", "second", "third"],
            domain: "local"),
          ModelNode("Add", name: "add", inputs: ["second", "third"], outputs: ["zero"]),
        ], inputs: [Self.value("x")],
        outputs: ["first", "second", "third", "zero"].map(Self.value), initializers: []), opset: 13)
    model.proto.functions = [function]
    opset.domain = "local"
    model.proto.opsetImport.append(opset)
    for optimizing in [true, false] {
      let program = try Program(model, observing: ["third"], optimizing: optimizing)
      let outputs = try floats(program, [Tensor([2 as Float, -3], shape: [2])])
      #expect(program.outputNames == ["first", "second", "third", "zero"])
      #expect(outputs == [[-2, 3], [2, -3], [-2, 3], [0, 0]])
    }
    #expect(try Graph(model).model().serialized() == model.serialized())
  }
}
