import Foundation
import TestSupport
import Testing

/// `doctor` of a detector whose boxes are right only for a letterbox in the middle, RGB and 0…1.
@Suite struct TaskDoctorTests {
  private let folder: TemporaryFolder
  private let detector: String
  private let images: String
  private let annotations: String

  /// Sixteen images of 32 x 16 pixels, of one colour each: four are green.
  init() throws {
    folder = try TemporaryFolder()
    detector = try TaskModels(folder: folder, red: 0.9).placingDetector()
    images = folder.file("images")
    annotations = folder.file("labels.json")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    var (files, boxes): ([String], [String]) = ([], [])
    for index in 0..<16 {
      let isGreen = index % 4 == 3
      let pixels = [String](repeating: isGreen ? "0 255 0" : "255 0 0", count: 512)
      try Data("P3 32 16 255\n\(pixels.joined(separator: "\n"))\n".utf8)
        .write(to: URL(filePath: "\(images)/\(index).ppm"))
      files.append(
        #"{"id": \#(index), "file_name": "\#(index).ppm", "width": 32, "height": 16}"#)
      boxes.append(
        #"{"id": \#(index + 1), "image_id": \#(index), "category_id": \#(isGreen ? 2 : 1), "#
          + #""bbox": [0, 0, 32, 16], "area": 512, "iscrowd": 0}"#)
    }
    let text = """
      {"images": [\(files.joined(separator: ","))], "annotations": [\(boxes.joined(separator: ","))],
       "categories": [{"id": 1, "name": "red"}, {"id": 2, "name": "green"}]}
      """
    try Data(text.utf8).write(to: URL(filePath: annotations))
  }

  private func run(_ command: String, _ options: [String]) throws -> ProgramRun {
    try RunCalibrant.run([command, detector, "--images", images, "--quiet"] + options)
  }

  private var labelled: [String] { ["--annotations", annotations, "--boxes", "yolov8"] }

  @Test func theRecipeOfADetectorIsNamed() throws {
    let run = try run("doctor", labelled + ["--preset", "imagenet", "--json", "-"])
    #expect(run.exitCode == 1, "\(run.errors)")
    let report = try JSONDocument(run.output)
    try #expect(report["findings"].elements.map { try $0["kind"].string }.contains("recipe"))
    let best = try report["best"]
    try #expect(best["metric"].double == 1 && best["metricName"].string == "mAP")
    let flags = try best["flags"].string
    #expect(flags.contains("--letterbox 16"), "\(flags)")
    let evaluated = try self.run(
      "evaluate", labelled + ["--json", "-"] + flags.split(separator: " ").map(String.init))
    #expect(evaluated.exitCode == 0, "\(evaluated.errors)")
    try #expect(JSONDocument(evaluated.output)["metric"].double == 1)
  }

  /// Boxes of a stretched image are half as high as they should be: overlaps of 0.5, the first of ten thresholds.
  @Test(
    arguments: [
      (["--resize", "16x16", "--crop", "none", "--mean", "0", "--std", "1"], 0.1),
      (["--preset", "yolo", "--std", "0.00392156862745098"], 0.0),
    ] as [([String], Double)]) func wrongRecipesAreFaults(given: [String], metric: Double) throws
  {
    let run = try run("doctor", labelled + given + ["--json", "-"])
    #expect(run.exitCode == 1, "\(run.errors)")
    let report = try JSONDocument(run.output)
    try #expect(abs(report["given"]["metric"].double - metric) < 1e-12)
    try #expect(report["best"]["metric"].double == 1)
  }

  /// With channels swapped the red of red images is gone, and with it most of their boxes.
  @Test func theOrderOfChannelsIsTold() throws {
    let run = try run(
      "doctor", labelled + ["--preset", "yolo", "--channels", "bgr", "--json", "-"])
    #expect(run.exitCode == 1, "\(run.errors)")
    let report = try JSONDocument(run.output)
    try #expect(report["given"]["metric"].double < 0.9 && report["best"]["metric"].double == 1)
    try #expect(report["best"]["preprocessing"]["channels"].string == "rgb")
  }

  @Test func theRightRecipeIsSound() throws {
    let run = try run("doctor", labelled + ["--preset", "yolo"])
    #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
    #expect(run.output.contains("mAP %"))
    #expect(run.output.contains("nothing speaks against measuring the model as given"))
  }

  @Test(arguments: [["--task", "detection"], []] as [[String]])
  func withoutLabelsItSaysWhatItCanTell(
    task: [String]
  ) throws {
    let run = try run("doctor", task + ["--preset", "yolo", "--json", "-"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let findings = try JSONDocument(run.output)["findings"].elements
    let unlabelled = try #require(try findings.first { try $0["kind"].string == "no-labels" })
    try #expect(unlabelled["text"].string.contains("--annotations"))
  }

  /// Other recipes are tried at the size of the one that was given.
  @Test func openSidesAreTheGivenOnes() throws {
    var models = TaskModels(folder: folder, red: 0.9)
    models.hasOpenSides = true
    let open = try models.placingDetector()
    for (given, code) in [
      ("--resize 16x16 --crop none --mean 0 --std 1", 1), ("--letterbox 16", 0),
    ] {
      let recipe = given.split(separator: " ").map(String.init)
      let run = try RunCalibrant.run(
        ["doctor", open, "--images", images, "--quiet", "--json", "-"] + labelled
          + ["--preset", "yolo"] + recipe)
      #expect(run.exitCode == code, "\(run.output)\(run.errors)")
      let best = try JSONDocument(run.output)["best"]
      let flags = try best["flags"].string
      try #expect(best["metric"].double == 1 && flags.contains("--letterbox 16"), "\(flags)")
    }
  }

  @Test func whatItCannotAnswerIsRefused() throws {
    for (options, text) in [
      (["--task", "fidelity"], "one network against another"),
      (["--task", "text"], "--dictionary"),
    ] {
      let run = try run("doctor", options)
      #expect(run.exitCode == 64 && run.errors.contains(text), "\(options): \(run.errors)")
    }
  }
}
