import Foundation
import TestSupport
import Testing

/// `inspect` of models whose outputs are no class scores: their only layer rounds the score of red to 0.
@Suite struct TaskInspectionTests {
  private let folder: TemporaryFolder
  private let models: TaskModels
  private let images: String

  init() throws {
    folder = try TemporaryFolder()
    models = TaskModels(folder: folder, red: 0.3)
    images = folder.file("images")
    try TaskModels.writeImages(to: images)
  }

  private func inspect(
    _ model: String, _ options: [String], images: String? = nil
  ) throws -> ProgramRun {
    let rounded = folder.file("rounded.onnx")
    let made = try RunCalibrant.run(
      ["quantize", model, "-o", rounded, "--quiet"] + TaskModels.roundedToTwoBits)
    #expect(made.exitCode == 0, "\(made.errors)")
    return try RunCalibrant.run(
      ["inspect", model, rounded, "--data", images ?? self.images] + options + TaskModels.recipe)
  }

  /// Two of the four images rank layers; which they are follows from the seed.
  private func report(
    _ model: String, _ options: [String] = [], images: String? = nil
  ) throws -> JSONDocument {
    let run = try inspect(model, options + ["--json", "-"], images: images)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try JSONDocument(run.output)
  }

  /// Each kind of output by the measure of its task: the answers for red are lost.
  @Test(arguments: [UInt64(0), 1, 2, 3]) func detectorsAreJudgedByBoxes(seed: UInt64) throws {
    let report = try report(
      models.detector(), ["--task", "detection", "--boxes", "yolov8", "--seed", "\(seed)"])
    try #expect(report["task"].string == "detection")
    try #expect(report["metricName"].string == "box F1" && report["metric"].double == 1)
    let effect = try report["hardware"]["exact"]
    let outputs = try effect["outputs"].elements
    try #expect(outputs.map { try $0["part"]["from"].int } == [0, 4])
    // Of two images 0, 1 or 2 are red: then 2, 1 or no boxes are found again, the others missed.
    let f1 = try report["quantizedMetric"].double
    let lost = [1.0, 2.0 / 3, 0].firstIndex { abs($0 - f1) < 1e-12 }
    let red = try #require(lost, "\(f1)")
    // 0.3 of red is noise, 0.9 of green remains.
    let (signal, noise) = (Double(red) * 0.09 + Double(2 - red) * 0.81, Double(red) * 0.09)
    if noise > 0 {
      try #expect(abs(outputs[1]["sqnr"].double - 10 * log10(signal / noise)) < 1e-4)
      try #expect(abs(effect["sqnr"].double - 10 * log10(signal / noise)) < 1e-4)
    }
    let layer = try report["layers"].elements[0]
    try #expect(layer["oneIn"]["drop"].double == 1 - f1)
    try #expect(layer["leftOut"]["drop"].double == 0)
  }

  @Test func anyOutputsAreJudgedByTheirWorstPart() throws {
    let report = try report(models.detector())
    try #expect(report["task"].string == "fidelity" && report["metricName"].string == "cosine")
    let f = try report["quantizedMetric"].double
    // Scores 0.3 and 0.9 beside 0 and 0.9, where one image of two is red.
    let mixed = 0.81 / ((0.9).squareRoot() * 0.9)
    #expect(abs(f - mixed) < 1e-6 || f == 1)
  }

  @Test func segmentersAreJudgedByTheirMaps() throws {
    let report = try report(models.segmenter(), ["--task", "segmentation"])
    try #expect(report["metricName"].string == "mask mIoU")
    // All pixels become green: right in 2, 1 or none of two images.
    let found = try report["quantizedMetric"].double
    #expect([1, 0.25, 0].contains { abs($0 - found) < 1e-12 }, "\(found)")
  }

  @Test func readersAreJudgedByTheirTexts() throws {
    let symbols = folder.file("symbols.txt")
    try Data("r\ng\n".utf8).write(to: URL(filePath: symbols))
    let report = try report(models.reader(), ["--dictionary", symbols])
    try #expect(report["task"].string == "text" && report["metricName"].string == "same text")
    let found = try report["quantizedMetric"].double
    #expect([1, 0.5, 0].contains(found))
  }

  @Test func embeddingsAreJudgedByTheirNeighbours() throws {
    let people = folder.file("people")
    try TaskModels.writeImages(to: people, inClassFolders: true)
    let report = try report(models.embedder(), ["--task", "embedding"], images: people)
    try #expect(report["labelled"].bool && report["metricName"].string == "recall@1")
  }

  @Test func textAndPageNameTheParts() throws {
    let page = folder.file("page.html")
    let run = try inspect(
      models.detector(), ["--task", "detection", "--boxes", "yolov8", "--html", page])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("box F1 with the original 100.00 % in float"))
    #expect(run.output.contains("out, 4 to 5 of axis 1: SQNR"))
    let html = String(decoding: try folder.bytes("page.html"), as: UTF8.self)
    #expect(html.contains("out, 4 to 5 of axis 1") && html.contains("Outputs of the quantized"))
  }

  @Test func theNumberOfWorkersDoesNotShow() throws {
    let detector = try models.detector()
    let one = try inspect(detector, ["--task", "detection", "--json", "-", "--jobs", "1"])
    let three = try inspect(detector, ["--task", "detection", "--json", "-", "--jobs", "3"])
    #expect(one.output == three.output && !one.output.isEmpty)
  }

  @Test func whatCannotBeReadIsRefused() throws {
    for (model, options, code, text) in [
      (try models.detector(), ["--task", "classification"], 65, "not one row of class scores"),
      (try models.reader(), ["--task", "text"], 64, "--dictionary"),
      (try models.segmenter(), ["--task", "detection"], 65, "no detector that is known"),
    ] {
      let run = try inspect(model, options)
      #expect(run.exitCode == code, "\(options): \(run.errors)")
      #expect(run.errors.contains(text), "\(options): \(run.errors)")
    }
  }
}
