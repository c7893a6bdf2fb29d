import Foundation
import Testing

@testable import ONNXFormat

@Suite struct ExternalDataTests {
  /// Writes a model whose weights lie in another file, and loads it.
  private func load(
    location: String, offset: String = "0", length: String = "24", link: Bool = false
  ) throws -> Model {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let folder = root.appending(path: "model")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let values = [Float](repeating: 2, count: 6).withUnsafeBytes { Data($0) }
    try values.write(to: folder.appending(path: "w.bin"))
    try values.write(to: root.appending(path: "outside.bin"))
    if link {
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "link.bin"),
        withDestinationURL: root.appending(path: "outside.bin"))
    }
    var model = ModelFileTests.model()
    var tensor = model.proto.graph.initializer[0]
    tensor.clearRawData()
    tensor.dataLocation = .external
    tensor.externalData = [("location", location), ("offset", offset), ("length", length)].map {
      var entry = Onnx_StringStringEntryProto()
      (entry.key, entry.value) = ($0.0, $0.1)
      return entry
    }
    model.proto.graph.initializer[0] = tensor
    let path = folder.appending(path: "m.onnx").path
    try model.write(to: path)
    return try Model(contentsOf: path)
  }

  @Test func aFileBesideTheModelIsRead() throws {
    let payload = try load(location: "w.bin").graph.initializers[0].payload()
    #expect([UInt8](payload) == [Float](repeating: 2, count: 6).withUnsafeBytes { [UInt8]($0) })
  }

  @Test(arguments: ["../outside.bin", "/etc/passwd", "link.bin"])
  func aFileOutsideTheFolderIsRefused(location: String) {
    #expect(throws: ModelError.externalDataOutsideFolder(tensor: "w", location: location)) {
      try load(location: location, link: location == "link.bin")
    }
  }

  @Test(arguments: [
    ("8", "24"), ("0", "25"), ("-1", "24"), ("x", "24"), ("99999999999999999999", "1"),
  ])
  func aRangeThatIsNotInTheFileIsRefused(offset: String, length: String) {
    #expect(throws: ModelError.self) { try load(location: "w.bin", offset: offset, length: length) }
  }
}
