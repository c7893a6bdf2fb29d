import Foundation
import TestSupport
import Testing

@testable import ONNXFormat

@Suite struct ModelFileTests {
  /// y = Relu(x) in a model that also holds what nothing here understands.
  static func model() -> Model {
    var model = Model(
      graph: ModelGraph(
        name: "g",
        nodes: [
          ModelNode("Relu", name: "relu", inputs: ["x"], outputs: ["h"]),
          ModelNode(
            "Secret", name: "s", inputs: ["h", "w"], outputs: ["y"], domain: "com.example",
            attributes: ["alpha": .float(0.5), "tag": .string("t"), "sizes": .ints([1, 2])]),
        ],
        inputs: [
          ModelValue(name: "x", elementType: .float32, dimensions: [.symbolic("N"), .fixed(3)])
        ],
        outputs: [ModelValue(name: "y", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          ModelTensor(
            name: "w", elementType: .float32, dims: [2, 3], values: [Float](repeating: 1, count: 6))
        ]), opset: 13)
    model.metadata = ["author": "somebody", "note": "ünïcode"]
    model.proto.docString = "what it is"
    model.proto.graph.docString = "inner words"
    var domain = Onnx_OperatorSetIdProto()
    domain.domain = "com.example"
    domain.version = 3
    model.proto.opsetImport.append(domain)
    var function = Onnx_FunctionProto()
    function.name = "Helper"
    model.proto.functions.append(function)
    return model
  }

  @Test func everythingSurvivesALoadAndSave() throws {
    // Field 1000 of the model message, which no version of the specification has: varint 7.
    let bytes = try Self.model().serialized() + Data([0xC0, 0x3E, 0x07])
    let loaded = try Model(serialized: bytes)
    let again = try loaded.serialized()
    #expect(again.count == bytes.count)
    #expect(again.suffix(3) == Data([0xC0, 0x3E, 0x07]))
    #expect(loaded.metadata["note"] == "ünïcode")
    #expect(loaded.docString == "what it is")
    #expect(loaded.opsets == ["": 13, "com.example": 3])
    #expect(loaded.functionNames == ["Helper"])
    #expect(loaded.graph.nodes[1].domain == "com.example")
    #expect(try Model(serialized: again).serialized() == again)
  }

  @Test func aFileCutAnywhereIsRefusedOrSound() throws {
    let bytes = try Self.model().serialized()
    for length in 0..<bytes.count {
      // A cut between two fields of the outer message leaves a shorter but valid message.
      guard let model = try? Model(serialized: bytes.prefix(length)) else { continue }
      #expect(!model.graph.outputs.isEmpty)
    }
  }

  @Test func flippedBytesNeverCrash() throws {
    let bytes = [UInt8](try Self.model().serialized())
    var random = SeededRandom(seed: 5)
    var refused = 0
    for _ in 0..<2_000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        damaged[Int.random(in: bytes.indices, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if (try? Model(serialized: Data(damaged))) == nil { refused += 1 }
    }
    #expect(refused > 0)
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: ModelError.missingFile(path: "/nowhere/m.onnx")) {
      try Model(contentsOf: "/nowhere/m.onnx")
    }
  }

  @Test func writingIntoAMissingFolderLeavesNothing() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    #expect(throws: ModelError.self) {
      try Self.model().write(to: folder.appending(path: "m").path)
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path))
  }

  @Test func aWriteReplacesTheFileAndLeavesNoOther() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "m.onnx").path
    try Data("old".utf8).write(to: URL(filePath: path))
    try Self.model().write(to: path)
    #expect(try Data(contentsOf: URL(filePath: path)) == Self.model().serialized())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["m.onnx"])
  }
}
