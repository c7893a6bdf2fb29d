import Foundation
import TestSupport
import Testing

/// What `bench` prints, saves and refuses. What its gate decides is tested on synthetic runs: a test that times is no test.
@Suite struct BenchTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func bench(_ arguments: String..., code: Int32 = 0) throws -> ProgramRun {
    let run = try RunCalibrant.run(["bench"] + arguments, in: folder.path)
    #expect(run.exitCode == code, "\(run.errors)")
    return run
  }

  @Test func reportsAndSavesEveryFigure() throws {
    let run = try bench(
      DemoFiles.model, "--seconds", "0.1", "--repeats", "3", "--batch", "2", "--threads", "2",
      "--save", "b.json",
      "--json", "-", "--quiet")
    let result = try JSONDocument(run.output)
    try #expect(result["machine"]["threads"].int == 2)
    let model = try #require(result["models"].elements.first)
    #expect(
      model.keys.isSuperset(of: [
        "name", "latencyMs", "imagesPerSecond", "gflops", "peakMemoryBytes", "loadSeconds",
      ]))
    let latency = try model["latencyMs"]
    #expect(latency.keys == ["p50", "p90", "min"])
    try #expect(0 < latency["min"].double && latency["min"].double <= latency["p50"].double)
    try #expect(latency["p50"].double <= latency["p90"].double)
    try #expect(model["imagesPerSecond"].double > 0)
    try #expect(model["peakMemoryBytes"].int > 1 << 20)
    try #expect(model["loadSeconds"].double > 0)
    let saved = try JSONDocument(String(decoding: folder.bytes("b.json"), as: UTF8.self))
    let repeats = try saved["run"]["models"].elements[0]["repeats"].elements
    #expect(repeats.count == 3)
  }

  @Test func laterModelsAreHeldBesideTheFirst() throws {
    try folder.write(Data(contentsOf: URL(filePath: DemoFiles.model)), to: "same.onnx")
    let run = try bench(
      DemoFiles.model, folder.file("same.onnx"), "--seconds", "0.06", "--repeats", "6", "--batch",
      "1", "--threads", "1", "--json", "-", "--quiet")
    let models = try JSONDocument(run.output)["models"].elements
    let speed = try models[1]["speed"]
    try #expect(speed["beside"].string == "demo.onnx")
    for figure in ["latency", "imagesPerSecond"] {
      try #expect(speed[figure]["rounds"].int == 6 && speed[figure]["ratio"].double > 0)
      try #expect(speed[figure]["interval"].elements.count == 2)
    }
  }

  @Test func refusesBeforeMeasuring() throws {
    _ = try bench("missing.onnx", code: 66)
    _ = try bench(DemoFiles.model, "--against", "missing.json", code: 66)
    _ = try bench(DemoFiles.model, "--batch", "0", code: 64)
    _ = try bench(DemoFiles.model, "--seconds", "nan", code: 64)
    _ = try bench(DemoFiles.model, "--save", "nowhere/b.json", code: 73)
    let twins = try bench(DemoFiles.model, DemoFiles.model, code: 64)
    #expect(twins.errors.contains("same file name"), "\(twins.errors)")
    try folder.write(Data("{}".utf8), to: "b.json")
    let none = try bench(DemoFiles.model, "--against", "b.json", code: 65)
    #expect(none.errors.contains("b.json"), "\(none.errors)")
    #expect(folder.entries == ["b.json"])
  }

  @Test func refusesABaselineOfOtherCircumstances() throws {
    _ = try bench(
      DemoFiles.model, "--seconds", "0.01", "--repeats", "1", "--batch", "1", "--threads",
      "1", "--save", "b.json")
    let other = try bench(DemoFiles.model, "--threads", "2", "--against", "b.json", code: 65)
    #expect(other.errors.contains("threads"), "\(other.errors)")
    let batch = try bench(
      DemoFiles.model, "--threads", "1", "--batch", "2", "--against", "b.json", code: 64)
    #expect(batch.errors.contains("--batch 1"), "\(batch.errors)")
  }

  /// A handicap of twice the work is beyond any machine's noise.
  @Test func threeTimesTheWorkIsARegression() throws {
    _ = try bench(
      DemoFiles.model, "--repeats", "6", "--seconds", "0.5", "--batch", "4", "--threads", "1",
      "--save", "b.json")
    let slow = try bench(
      DemoFiles.model, "--repeats", "6", "--seconds", "0.5", "--threads", "1", "--against",
      "b.json", "--handicap", "2", code: 1)
    #expect(slow.output.contains("WORSE"), "\(slow.output)")
  }
}
