import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

/// What the other commands print and write.
@Suite struct CommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: String..., code: Int32 = 0) throws -> ProgramRun {
    let run = try RunCalibrant.run(arguments, in: folder.path)
    #expect(run.exitCode == code, "\(run.errors)")
    return run
  }

  @Test func help() throws {
    try #expect(run("--help").output.contains("calibrant demo"))
    for command in [
      "info", "run", "evaluate", "quantize", "calibrate", "compare", "validate", "bench", "demo",
    ] {
      try #expect(run(command, "--help").output.contains("calibrant \(command) "), "\(command)")
    }
  }

  @Test func info() throws {
    let result = try JSONDocument(run("info", DemoFiles.model, "--json", "-").output)
    try #expect(result["parameters"].int == 38_560)
    try #expect(result["bytes"].int == DemoFiles.folder.bytes("demo.onnx").count)
    try #expect(result["nodes"]["Conv"].int == 15)
    try #expect(result["inputs"].elements.map { try $0["name"].string } == ["images"])
    try #expect(result["unsupported"].elements.isEmpty)
  }

  @Test func evaluate() throws {
    let run = try run(
      "evaluate", DemoFiles.model, "--images", DemoFiles.test, "--resize", "none", "--crop", "none",
      "--json", "-", "--predictions", "p.csv")
    let result = try JSONDocument(run.output)
    #expect(
      result.keys.isSuperset(of: [
        "model", "count", "top1", "top5", "top1Interval", "perClass", "skipped", "imagesPerSecond",
        "seconds",
      ]))
    try #expect(result["seconds"].keys == ["decode", "inference", "total"])
    try #expect(result["count"].int == 30)
    try #expect(result["perClass"].elements.count == 10)
    let lines = try String(decoding: folder.bytes("p.csv"), as: UTF8.self).split(separator: "\n")
    #expect(lines.first == "path,label,top1,top2,top3,top4,top5,margin")
    #expect(lines.count == 31)
    let hits = lines.dropFirst().count { line in
      let fields = line.split(separator: ",")
      return fields[1] == fields[2]
    }
    // The accuracy reported is the one that the predictions give.
    try #expect(abs(result["top1"].double - Double(hits) / 30) < 1e-12)
    #expect(hits > 20)
  }

  /// max(x + bias, 0), with the sum tapped.
  @Test func runWritesOutputsAndTaps() throws {
    try TinyModels.addRelu(bias: [1, -2, 3]).write(to: folder.file("m.onnx"))
    try folder.write(TinyModels.array([-4, 5, 0.5], "(1, 3)"), to: "x.npy")
    _ = try run("run", "m.onnx", "--input", "x=x.npy", "--output-dir", "out", "--tap", "sum")
    #expect(folder.entries == ["m.onnx", "out", "out/sum.npy", "out/y.npy", "x.npy"])
    try #expect(folder.bytes("out/sum.npy") == TinyModels.array([-3, 3, 3.5], "(1, 3)"))
    try #expect(folder.bytes("out/y.npy") == TinyModels.array([0, 3, 3.5], "(1, 3)"))
  }

  /// Results of half-precision models are not those of half-precision arithmetic, which nobody should have to guess.
  @Test func runSaysWhatItWidens() throws {
    let model = URL(filePath: #filePath)
      .appending(path: "../../EngineTests/Graphs/half_precision/model.onnx").standardizedFileURL
    try folder.write(TinyModels.array([1, 2, 3, 4], "(1, 4)"), to: "x.npy")
    let result = try run("run", model.path, "--input", "x=x.npy", "--output-dir", "out")
    #expect(result.errors == "note: float16 tensors are computed with in float32\n")
  }

  @Test func runRefusesUnknownNames() throws {
    try TinyModels.addRelu(bias: [1, -2, 3]).write(to: folder.file("m.onnx"))
    try folder.write(TinyModels.array([1, 2], "(1, 2)"), to: "x.npy")
    let before = folder.entries
    let input = try run("run", "m.onnx", "--input", "z=x.npy", "--output-dir", "out", code: 64)
    #expect(input.errors.contains("'z'"), "\(input.errors)")
    let tap = try run(
      "run", "m.onnx", "--input", "x=x.npy", "--output-dir", "out", "--tap", "nil", code: 65)
    #expect(tap.errors.contains("'nil'"), "\(tap.errors)")
    let shape = try run("run", "m.onnx", "--input", "x=x.npy", "--output-dir", "out", code: 65)
    #expect(shape.errors.contains("'x'"), "\(shape.errors)")
    #expect(folder.entries == before)
  }

  @Test func calibrateAsTheIssueSpellsIt() throws {
    try DemoFiles.folder.bytes("demo.onnx").write(to: URL(filePath: folder.file("model.onnx")))
    var random = SeededRandom(seed: 7)
    let samples = random.floats(4 * 3 * 32 * 32)
    try folder.write(TinyModels.array(samples, "(4, 3, 32, 32)"), to: "calibration.npy")
    _ = try run(
      "calibrate", "model.onnx", "--data", "calibration.npy", "-o", "model_calibrated.onnx",
      "--bits", "4", "--method", "percentile")
    #expect(folder.entries == ["calibration.npy", "model.onnx", "model_calibrated.onnx"])
    let check = try run("validate", "model.onnx", "model_calibrated.onnx", "--json", "-")
    try #expect(JSONDocument(check.output)["passed"].bool)
  }

  @Test func validateFindsAZeroScale() throws {
    _ = try run("quantize", DemoFiles.model, "-o", "good.onnx")
    _ = try run("validate", DemoFiles.model, "good.onnx")
    var model = try Model(contentsOf: folder.file("good.onnx"))
    let node = try #require(model.graph.nodes.first { $0.opType == "DequantizeLinear" })
    let index = try #require(
      model.graph.initializers.firstIndex { $0.name == node.inputs[1] })
    let scale = model.graph.initializers[index]
    model.graph.initializers[index] = ModelTensor(
      name: scale.name, elementType: .float32, dims: scale.dims,
      values: [Float](repeating: 0, count: scale.dims.reduce(1, *)))
    try model.write(to: folder.file("bad.onnx"))
    let check = try run("validate", DemoFiles.model, "bad.onnx", "--json", "-", code: 1)
    let result = try JSONDocument(check.output)
    try #expect(!result["passed"].bool)
    let scales = try #require(
      try result["checks"].elements.first { try $0["name"].string == "scales" })
    try #expect(scales["detail"].string.contains(node.displayName))
  }

  @Test func validateRefusesAnotherNetwork() throws {
    try TinyModels.addRelu(bias: [1, -2, 3]).write(to: folder.file("m.onnx"))
    let check = try run("validate", DemoFiles.model, "m.onnx", code: 1)
    #expect(check.output.contains("FAIL"), "\(check.output)")
  }
}
