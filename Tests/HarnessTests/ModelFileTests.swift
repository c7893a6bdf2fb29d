import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// Models whose weights lie in a file beside them.
@Suite struct ModelFileTests {
  private static let weights: [Float] = [1, 2, 3, 4]

  /// A model with one initializer of four floats in `m.onnx.data`, encoded by hand: field number and wire type, length,
  /// bytes, as onnx.proto numbers them.
  /// - Parameter inNode: whether the tensor is the value of a Constant node, not an initializer.
  private static func model(inNode: Bool = false) -> Data {
    func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      [number << 3 | 2, UInt8(bytes.count)] + bytes
    }
    func text(_ number: UInt8, _ text: String) -> [UInt8] { field(number, Array(text.utf8)) }
    func number(_ field: UInt8, _ value: UInt8) -> [UInt8] { [field << 3, value] }
    let location = field(13, text(1, "location") + text(2, "m.onnx.data"))
    let tensor =
      number(1, 4) + number(2, 1) + text(8, "w") + location + [14 << 3, 1]
    let shape = field(2, field(1, number(1, 4)))
    let type = field(2, field(1, number(1, 1) + shape))
    let value = text(1, "value") + field(5, tensor) + [0xA0, 1, 4]  // of type TENSOR
    let constant = field(1, text(2, "w") + text(4, "Constant") + field(5, value))
    let graph =
      (inNode ? constant : [])
      + field(1, text(1, "x") + text(1, "w") + text(2, "y") + text(4, "Add")) + text(2, "g")
      + (inNode ? [] : field(5, tensor)) + field(11, text(1, "x") + type)
      + field(12, text(1, "y") + type)
    return Data(number(1, 8) + field(7, graph) + field(8, number(2, 13)))
  }

  private static func write(_ weights: [Float], in name: String, of folder: TemporaryFolder) throws
  {
    try folder.write(model(), to: "\(name)/m.onnx")
    try folder.write(weights.withUnsafeBytes { Data($0) }, to: "\(name)/m.onnx.data")
  }

  private func file(_ path: String) throws -> ModelFile {
    try ModelFile(path, of: Model(contentsOf: path))
  }

  @Test func sizeAndIdentityCountDataFiles() throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.weights, in: "one", of: folder)
    try Self.write(Self.weights.map { 2 * $0 }, in: "two", of: folder)
    try Self.write(Self.weights, in: "copy", of: folder)
    let one = try file(folder.file("one/m.onnx"))
    #expect(one.bytes == Self.model().count + 16)
    #expect(one.parts.map(\.name) == ["m.onnx", "m.onnx.data"])
    #expect(one.parts[1].bytes == 16)
    #expect(one.sha256 != (try file(folder.file("two/m.onnx")).sha256))
    #expect(one.sha256 == (try file(folder.file("copy/m.onnx")).sha256))
  }

  /// By its own name, a link or a hard link, of a model that is named by a link itself, in every place of a tensor.
  @Test(arguments: [false, true]) func dataFilesAreNoOutputs(inNode: Bool) throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.weights, in: "m", of: folder)
    try folder.write(Self.model(inNode: inNode), to: "m/m.onnx")
    let files = FileManager.default
    let data = folder.file("m/m.onnx.data")
    try files.createSymbolicLink(atPath: folder.file("soft"), withDestinationPath: data)
    try files.linkItem(atPath: data, toPath: folder.file("hard"))
    let link = folder.file("link.onnx")
    try files.createSymbolicLink(atPath: link, withDestinationPath: folder.file("m/m.onnx"))
    for output in [data, folder.file("soft"), folder.file("hard")] {
      for model in [folder.file("m/m.onnx"), link] {
        #expect(throws: ModelError.self) {
          try OutputCheck.require([output], apartFrom: [model])
        }
      }
    }
    try OutputCheck.require([folder.file("m/other.data")], apartFrom: [link])
  }

  @Test func aFileAloneIsItsOwnHash() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("m.onnx")
    try SmallClassifier.model().write(to: path)
    #expect(try file(path).sha256 == ContentHash.sha256(ofFile: path))
  }

  /// Model hubs keep files under other names in one folder and link to them from another.
  @Test func linksAreFollowed() throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.weights, in: "blobs", of: folder)
    try folder.makeFolder("snapshot")
    let files = FileManager.default
    try files.moveItem(atPath: folder.file("blobs/m.onnx"), toPath: folder.file("blobs/1234"))
    try files.moveItem(atPath: folder.file("blobs/m.onnx.data"), toPath: folder.file("blobs/5678"))
    for (link, target) in [("m.onnx", "1234"), ("m.onnx.data", "5678")] {
      try files.createSymbolicLink(
        atPath: folder.file("snapshot/\(link)"), withDestinationPath: "../blobs/\(target)")
    }
    let linked = try file(folder.file("snapshot/m.onnx"))
    #expect(linked.name == "m.onnx" && linked.bytes == Self.model().count + 16)
    // A link to another folder stays refused.
    try folder.write(Data(count: 16), to: "elsewhere/secret")
    try files.removeItem(atPath: folder.file("snapshot/m.onnx.data"))
    try files.createSymbolicLink(
      atPath: folder.file("snapshot/m.onnx.data"), withDestinationPath: "../elsewhere/secret")
    #expect(throws: ModelError.externalDataOutsideFolder(tensor: "w", location: "m.onnx.data")) {
      try Model(contentsOf: folder.file("snapshot/m.onnx"))
    }
  }
}
