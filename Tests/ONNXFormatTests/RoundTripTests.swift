import Foundation
import SwiftProtobuf
import TestSupport
import Testing

@testable import CalibrantONNXFormat

@Suite struct RoundTripTests {
  /// A model with something in every corner that has no view of its own.
  static let rich = SampleModel.edited { proto in
    proto.docString = "what it is for"
    proto.modelVersion = 7
    proto.domain = "org.example"
    proto.metadataProps = [entry("author", "somebody"), entry("author", "again"), entry("b", "")]
    proto.graph.docString = "the graph"
    proto.graph.node[0].docString = "the node"
    proto.graph.initializer[0].docString = "the tensor"
    proto.graph.valueInfo = [
      ModelValue(name: "sum", elementType: .float32, dimensions: [.symbolic("N"), .fixed(3)]).proto
    ]
    var function = Onnx_FunctionProto()
    function.name = "Twice"
    function.domain = "com.example"
    function.input = ["a"]
    function.output = ["b"]
    proto.functions = [function]
  }

  static func entry(_ key: String, _ value: String) -> Onnx_StringStringEntryProto {
    var entry = Onnx_StringStringEntryProto()
    entry.key = key
    entry.value = value
    return entry
  }

  /// Field 900 of the model, a varint that no version of the specification has.
  static let unknownField = Data([0xA0, 0x38, 0x2A])

  @Test func savingWhatWasLoadedGivesTheSameBytes() throws {
    let bytes = try Self.rich.serialized() + Self.unknownField
    let loaded = try Model(serialized: bytes)
    #expect(try loaded.serialized() == bytes)
  }

  @Test func throughAFile() throws {
    let folder = try TemporaryFolder()
    let bytes = try Self.rich.serialized() + Self.unknownField
    let original = try folder.write(bytes, to: "original.onnx")
    try Model(contentsOf: original).write(to: folder.file("copy.onnx"))
    #expect(try Data(contentsOf: URL(filePath: folder.file("copy.onnx"))) == bytes)
  }

  @Test func editingTheGraphKeepsTheRest() throws {
    var model = try Model(serialized: Self.rich.serialized() + Self.unknownField)
    let nodes = model.graph.nodes
    model.graph.nodes = nodes
    model.graph.initializers[0].name = "bias"
    #expect(try model.serialized() == Self.rich.serialized() + Self.unknownField)
  }

  @Test func viewsShowWhatIsStored() throws {
    let model = try Model(serialized: Self.rich.serialized())
    #expect(model.docString == "what it is for")
    #expect(model.opsets == ["": 13, "com.example": 2])
    #expect(model.functionNames == ["Twice"])
    #expect(model.metadata == ["author": "again", "b": ""])
    #expect(model.graph.inputs[0].dimensions == [.symbolic("N"), .fixed(3)])
    #expect(model.graph.outputs[0].dimensions == [.unknown, .fixed(3)])
    let odd = model.graph.nodes[1]
    #expect(odd.domain == "com.example")
    guard case .strings(["a", "ü"])? = odd[attribute: "labels"] else {
      Issue.record("the attribute is lost")
      return
    }
  }

  @Test func metadataIsWrittenInOneOrder() throws {
    var (first, second) = (SampleModel.make(), SampleModel.make())
    for key in ["a", "b", "c", "d"] { first.metadata[key] = key }
    for key in ["d", "c", "b", "a"] { second.metadata[key] = key }
    #expect(try first.serialized() == second.serialized())
  }

  @Test(arguments: [
    (ElementType.int4, [Int32(0x21), 0x03], Data([0x21, 0x03])),
    (.int8, [-1, 0, 127], Data([255, 0, 127])),
    (.float16, [0x3C00, 0, 0xBC00], Data([0, 0x3C, 0, 0, 0, 0xBC])),
    (.bool, [1, 0, 1], Data([1, 0, 1])),
  ]) func typedFieldsHoldWhatRawDataWould(type: ElementType, values: [Int32], raw: Data) throws {
    var proto = Onnx_TensorProto()
    proto.dataType = Int32(type.rawValue)
    proto.dims = [3]
    proto.int32Data = values
    #expect(try ModelTensor(proto).payload() == raw)
  }
}
