import Foundation
import TestSupport
import Testing

@testable import CalibrantONNXFormat

/// Files cut short or with wrong bits load or are refused; they never stop the process.
@Suite struct DamagedFileTests {
  /// Loads the bytes and looks at everything the views show; false where they are refused.
  static func survives(_ bytes: Data) throws -> Bool {
    do {
      let model = try Model(serialized: bytes)
      _ = (model.irVersion, model.opsets, model.metadata, model.functionNames)
      for value in model.graph.inputs + model.graph.outputs + model.graph.valueInfos {
        _ = (value.elementType, value.dimensions)
      }
      for node in model.graph.nodes {
        for name in node.attributeNames { _ = node[attribute: name] }
      }
      for tensor in model.graph.initializers { _ = (tensor.storedByteCount, try? tensor.payload()) }
      return true
    } catch {
      return false
    }
  }

  @Test func everyPrefix() throws {
    let bytes = try RoundTripTests.rich.serialized()
    let accepted = try (0..<bytes.count).filter { try Self.survives(bytes.prefix($0)) }
    #expect(accepted.count < bytes.count / 4)
    #expect(try Self.survives(bytes))
  }

  @Test func flippedBits() throws {
    let bytes = try RoundTripTests.rich.serialized()
    var random = SeededRandom(seed: 2024)
    var refused = 0
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let index = Int.random(in: 0..<damaged.count, using: &random)
        damaged[index] ^= UInt8.random(in: 1...255, using: &random)
      }
      if try !Self.survives(damaged) { refused += 1 }
    }
    #expect(refused > 0 && refused < 2000)
  }

  @Test func emptyMissingAndFolder() throws {
    let folder = try TemporaryFolder(["empty.onnx": "", "text.onnx": "hello, this is no model"])
    let missing = folder.file("none.onnx")
    #expect(throws: ModelError.missingFile(path: missing)) { try Model(contentsOf: missing) }
    #expect(throws: ModelError.unreadableFile(path: folder.path, reason: "it is a folder")) {
      try Model(contentsOf: folder.path)
    }
    let empty = folder.file("empty.onnx")
    #expect(throws: ModelError.notONNX(path: empty, reason: "the file is empty")) {
      try Model(contentsOf: empty)
    }
    #expect(throws: ModelError.self) { try Model(contentsOf: folder.file("text.onnx")) }
  }
}
