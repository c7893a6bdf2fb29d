import Foundation
import CalibrantHarness
import CalibrantONNXFormat
import TestSupport
import Testing

@Suite struct OutputCheckTests {
  /// As a comparison leaves them for equal arms: the same comparison must run again into its folder.
  @Test func namesOfOneFileAreTwoOutputs() throws {
    let folder = try TemporaryFolder(["minmax.onnx": "equal"])
    try FileManager.default.linkItem(
      atPath: folder.file("minmax.onnx"), toPath: folder.file("auto.onnx"))
    let outputs = [folder.file("minmax.onnx"), folder.file("auto.onnx")]
    try OutputCheck.require(outputs, apartFrom: [])
    #expect(throws: ModelError.self) { try OutputCheck.require(outputs + outputs, apartFrom: []) }
    #expect(throws: ModelError.self) {
      try OutputCheck.require([outputs[0]], apartFrom: [outputs[1]])
    }
  }

  @Test func aSymbolicLinkIsTheFileThatItLeadsTo() throws {
    let folder = try TemporaryFolder(["a.json": ""])
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("b.json"), withDestinationPath: folder.file("a.json"))
    #expect(throws: ModelError.self) {
      try OutputCheck.require([folder.file("a.json"), folder.file("b.json")], apartFrom: [])
    }
  }
}
