import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness

/// What `check` makes of cases. scripts/awkward_graphs.py wrote the graphs, ONNX Runtime their outputs; those below
/// PyTorch, and their outputs, come from scripts/pytorch_graphs.py.
struct ConformanceRunTests {
  private static let graphs = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../EngineTests/Graphs").standardizedFileURL.path

  @Test func graphsAsExportersWriteThemAgreeWithONNXRuntimeAndPyTorch() throws {
    let cases = try ConformanceCase.find(in: [Self.graphs])
    #expect(cases.count { $0.name.hasSuffix("-torchscript") } > 40)
    #expect(cases.count { $0.name.hasSuffix("-dynamo") } > 40)
    #expect(cases.count > 110)
    for result in cases.map(ConformanceRun(absolute: 1e-6).run) {
      #expect(result.status == .passed, "\(result.name): \(result.detail)")
    }
  }

  @Test func aWrongElementFails() throws {
    let folder = try TemporaryFolder()
    let copy = URL(filePath: folder.file("case"))
    try FileManager.default.copyItem(atPath: Self.graphs + "/uneven_split", toPath: copy.path)
    let file = copy.appending(path: "test_data_set_0/output_0.pb")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 2] ^= 0x40
    try bytes.write(to: file)
    let testCase = try #require(try ConformanceCase.find(in: [folder.path]).first)
    let result = ConformanceRun().run(testCase)
    #expect(result.status == .failed && (result.maxAbsError ?? 0) > 0)
    #expect(result.detail.contains("1 of 3 elements of 'a'"))
  }

  @Test func aMissingInputFails() throws {
    let folder = try TemporaryFolder()
    let copy = URL(filePath: folder.file("case"))
    try FileManager.default.copyItem(atPath: Self.graphs + "/uneven_split", toPath: copy.path)
    try FileManager.default.removeItem(at: copy.appending(path: "test_data_set_0/input_0.pb"))
    let testCase = try #require(try ConformanceCase.find(in: [folder.path]).first)
    #expect(ConformanceRun().run(testCase).status == .failed)
  }

  @Test func aRefusalIsNoFailureButMissesTheList() throws {
    let folder = try TemporaryFolder()
    let copy = URL(filePath: folder.file("looping"))
    try FileManager.default.copyItem(atPath: Self.graphs + "/uneven_split", toPath: copy.path)
    let graph = ModelGraph(
      name: "g", nodes: [ModelNode("Loop", name: "l", inputs: ["x"], outputs: ["a"])],
      inputs: [ModelValue(name: "x", elementType: .float32, dimensions: [.unknown])],
      outputs: [ModelValue(name: "a", elementType: .float32, dimensions: [.unknown])],
      initializers: [])
    try Model(graph: graph, opset: 13).write(to: copy.appending(path: "model.onnx").path)
    let testCase = try #require(try ConformanceCase.find(in: [folder.path]).first)
    let report = ConformanceReport([ConformanceRun().run(testCase)])
    #expect(report.count(.unsupported) == 1 && report.count(.failed) == 0)
    #expect(report.text.contains("loops are not supported"))
    #expect(report.missing(from: ["looping", "absent"]) == ["looping", "absent"])
  }

  @Test func aFolderWithoutCasesIsAnError() throws {
    let folder = try TemporaryFolder()
    #expect(throws: HarnessError.self) { try ConformanceCase.find(in: [folder.path]) }
    #expect(throws: DatasetError.self) { try ConformanceCase.find(in: [folder.path + "/no"]) }
  }
}
