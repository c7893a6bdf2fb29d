import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

/// Models that cannot be used: one clear message, the right exit code, nothing written.
@Suite struct DamagedModelTests {
  private static func commands(_ model: String, _ folder: TemporaryFolder) -> [[String]] {
    let output = folder.file("out.onnx")
    return [
      ["info", model],
      ["quantize", model, "-o", output],
      ["calibrate", model, "--data", DemoFiles.calibration, "-o", output],
      ["evaluate", model, "--images", DemoFiles.test],
      ["validate", DemoFiles.model, model],
    ]
  }

  private func expectRefusal(_ content: Data?, code: Int32) throws {
    let folder = try TemporaryFolder()
    if let content { try folder.write(content, to: "bad.onnx") }
    let before = folder.entries
    for command in Self.commands(folder.file("bad.onnx"), folder) {
      let run = try RunCalibrant.run(command)
      #expect(run.exitCode == code, "\(command)")
      #expect(run.errors.hasPrefix("calibrant: "), "\(command)")
      #expect(run.errors.contains("bad.onnx"), "\(command): \(run.errors)")
      #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
      #expect(run.output.isEmpty)
      #expect(folder.entries == before)
    }
  }

  @Test func missing() throws { try expectRefusal(nil, code: 66) }

  @Test func empty() throws { try expectRefusal(Data(), code: 65) }

  @Test func random() throws {
    var random = SeededRandom(seed: 1)
    let bytes = (0..<5000).map { _ in UInt8.random(in: 0...255, using: &random) }
    try expectRefusal(Data(bytes), code: 65)
  }

  @Test(arguments: [1, 100, 5000]) func truncated(missing: Int) throws {
    let whole = try DemoFiles.folder.bytes("demo.onnx")
    try expectRefusal(whole.dropLast(missing), code: 65)
  }

  @Test func unknownOperatorsAreAllListed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("strange.onnx")
    try strangeModel().write(to: path)
    let run = try RunCalibrant.run(["quantize", path, "-o", folder.file("out.onnx")])
    #expect(run.exitCode == 65)
    for fact in ["'first'", "NoSuchOperator", "'second'", "AnotherOne", "opset 17"] {
      #expect(run.errors.contains(fact), "\(run.errors)")
    }
    #expect(folder.entries == ["strange.onnx"])
  }

  private func strangeModel() -> Model {
    let shape: [CalibrantONNXFormat.Dimension] = [.symbolic("N"), .fixed(3), .fixed(8), .fixed(8)]
    return Model(
      graph: ModelGraph(
        name: "strange",
        nodes: [
          ModelNode("NoSuchOperator", name: "first", inputs: ["x"], outputs: ["a"]),
          ModelNode("Relu", name: "known", inputs: ["a"], outputs: ["b"]),
          ModelNode("AnotherOne", name: "second", inputs: ["b"], outputs: ["y"]),
        ],
        inputs: [ModelValue(name: "x", elementType: .float32, dimensions: shape)],
        outputs: [ModelValue(name: "y", elementType: .float32, dimensions: shape)],
        initializers: []),
      opset: 17)
  }
}
