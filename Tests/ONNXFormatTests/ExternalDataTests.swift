import Foundation
import TestSupport
import Testing

@testable import CalibrantONNXFormat

/// Initializers whose bytes lie in a file of their own.
@Suite struct ExternalDataTests {
  let folder: TemporaryFolder
  static let values: [Float] = [4, 5, 6]

  init() throws {
    folder = try TemporaryFolder()
    let bytes = Self.values.withUnsafeBytes { Data($0) }
    try folder.write(Data([9, 9, 9, 9]) + bytes + Data([9]), to: "model/weights.bin")
    try folder.write(bytes, to: "model/sub/bare.bin")
    try folder.write(bytes, to: "secret.bin")
    try folder.write(bytes, to: "model-other/weights.bin")
  }

  func load(_ entries: [String: String]) throws -> Model {
    let model = SampleModel.edited { proto in
      proto.graph.initializer[0].clearRawData()
      proto.graph.initializer[0].dataLocation = .external
      proto.graph.initializer[0].externalData = entries.map { RoundTripTests.entry($0, $1) }
    }
    let path = folder.file("model/model.onnx")
    try model.write(to: path)
    return try Model(contentsOf: path)
  }

  @Test(arguments: [
    ["location": "weights.bin", "offset": "4", "length": "12"],
    ["location": "sub/bare.bin"],
    ["location": "sub/../sub/bare.bin", "offset": "0"],
  ]) func insideTheFolder(entries: [String: String]) throws {
    let model = try load(entries)
    let expected = Self.values.withUnsafeBytes { Data($0) }
    #expect(try model.graph.initializers[0].payload() == expected)
    // Saved, the model needs no other file.
    let saved = try Model(serialized: model.serialized())
    #expect(try saved.graph.initializers[0].payload() == expected)
  }

  @Test(arguments: ["../secret.bin", "sub/../../secret.bin", "../model-other/weights.bin"])
  func leavingByDots(location: String) {
    expectOutside(location)
  }

  @Test func absolutePath() { expectOutside(folder.file("model/sub/bare.bin")) }

  @Test func symbolicLinks() throws {
    let files = FileManager.default
    try files.createSymbolicLink(
      atPath: folder.file("model/link.bin"), withDestinationPath: "../secret.bin")
    try files.createSymbolicLink(
      atPath: folder.file("model/up"), withDestinationPath: folder.path)
    try files.createSymbolicLink(
      atPath: folder.file("model/near.bin"), withDestinationPath: "sub/bare.bin")
    expectOutside("link.bin")
    expectOutside("up/secret.bin")
    #expect(throws: Never.self) { try load(["location": "near.bin"]) }
  }

  private func expectOutside(_ location: String) {
    #expect(throws: ModelError.externalDataOutsideFolder(tensor: "bias", location: location)) {
      try load(["location": location])
    }
  }

  @Test(arguments: [
    ["location": "none.bin"], ["location": "sub"], ["location": ""], [:],
    ["location": "weights.bin", "offset": "18"],
    ["location": "weights.bin", "offset": "6", "length": "12"],
    ["location": "weights.bin", "offset": "4", "length": "9223372036854775807"],
    ["location": "weights.bin", "offset": "-4", "length": "12"],
    ["location": "weights.bin", "offset": "99999999999999999999"],
    ["location": "weights.bin", "offset": "four"],
  ]) func unusable(entries: [String: String]) {
    let error = #expect(throws: ModelError.self) { try load(entries) }
    guard case .externalDataUnusable(tensor: "bias", _, _)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func aLengthThatDoesNotFitTheShape() {
    let reason = "holds 8 bytes where shape [3] of float32 needs 12"
    #expect(throws: ModelError.invalid([.badTensor(name: "bias", reason: reason)])) {
      try load(["location": "weights.bin", "length": "8"])
    }
  }
}
