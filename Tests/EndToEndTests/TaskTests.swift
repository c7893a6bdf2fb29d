import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

/// Tasks other than classification, from the command line to the report.
@Suite struct TaskTests {
  private let folder: TemporaryFolder
  private let images: String

  /// Four images of one colour each, of 16 x 16 pixels.
  init() throws {
    folder = try TemporaryFolder()
    images = folder.file("images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    for (name, color) in [("a", "255 0 0"), ("b", "0 255 0"), ("c", "255 0 0"), ("d", "0 255 0")] {
      let pixels = [String](repeating: color, count: 256).joined(separator: "\n")
      try Data("P3 16 16 255\n\(pixels)\n".utf8).write(to: URL(filePath: "\(images)/\(name).ppm"))
    }
  }

  /// Nine equal boxes of the whole image, of which the score of class 0 is the red and that of class 1 the green, as YOLOv8
  /// has them: 1 x 6 x 9.
  private func detector(_ name: String, redScore: Float = 0.9) throws -> String {
    var weights = [Float](repeating: 0, count: 6 * 3 * 8 * 8)
    for place in 0..<64 {
      weights[(4 * 3 + 0) * 64 + place] = redScore / 64
      weights[(5 * 3 + 1) * 64 + place] = 0.9 / 64
    }
    let model = Model(
      graph: ModelGraph(
        name: "detector",
        nodes: [
          ModelNode(
            "Conv", name: "conv", inputs: ["image", "w", "b"], outputs: ["tiles"],
            attributes: ["strides": .ints([4, 4])]),
          ModelNode("Reshape", name: "flat", inputs: ["tiles", "to"], outputs: ["boxes"]),
        ],
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.fixed(1), .fixed(3), .fixed(16), .fixed(16)])
        ],
        outputs: [
          ModelValue(
            name: "boxes", elementType: .float32, dimensions: [.fixed(1), .fixed(6), .fixed(9)])
        ],
        initializers: [
          ModelTensor(name: "w", elementType: .float32, dims: [6, 3, 8, 8], values: weights),
          ModelTensor(
            name: "b", elementType: .float32, dims: [6], values: [8, 8, 16, 16, 0, 0] as [Float]),
          ModelTensor(name: "to", elementType: .int64, dims: [3], values: [1, 6, 9] as [Int64]),
        ]), opset: 13)
    let path = folder.file(name)
    try model.write(to: path)
    return path
  }

  /// Every image shows one box; the green image d is labelled red.
  private func annotations() throws -> String {
    let categories = [1, 2, 1, 1]
    let files = ["a", "b", "c", "d"].enumerated().map { index, name in
      #"{"id": \#(index + 1), "file_name": "\#(name).ppm", "width": 16, "height": 16}"#
    }
    let boxes = categories.enumerated().map { index, category in
      #"{"id": \#(index + 1), "image_id": \#(index + 1), "category_id": \#(category), "#
        + #""bbox": [0, 0, 16, 16], "area": 256, "iscrowd": 0}"#
    }
    let text = """
      {"images": [\(files.joined(separator: ","))], "annotations": [\(boxes.joined(separator: ","))],
       "categories": [{"id": 1, "name": "red"}, {"id": 2, "name": "green"}]}
      """
    let path = folder.file("labels.json")
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  private let recipe = ["--letterbox", "16", "--mean", "0", "--std", "1", "--quiet"]

  private func run(_ arguments: [String]) throws -> ProgramRun {
    try RunCalibrant.run(arguments + recipe)
  }

  /// Red: two of three found, so 67 of 101 recalls at precision 1. Green: of two detections the first is right.
  @Test func averagePrecisionIsCOCOs() throws {
    let detector = try detector("detector.onnx")
    let labels = try annotations()
    for jobs in ["1", "3"] {
      let run = try run([
        "evaluate", detector, "--images", images, "--annotations", labels, "--boxes", "yolov8",
        "--json", "-", "--jobs", jobs,
      ])
      #expect(run.exitCode == 0, "\(run.errors)")
      let result = try JSONDocument(run.output)
      try #expect(result["task"].string == "detection")
      try #expect(abs(result["metric"].double - (67.0 / 101 + 1) / 2) < 1e-12)
      try #expect(result["perClass"].elements.map { try $0["name"].string } == ["red", "green"])
    }
  }

  @Test func armsAreComparedByBoxes() throws {
    let run = try run([
      "compare", detector("float.onnx"), "--images", images, "--annotations", annotations(),
      "--boxes", "yolov8",
      "--also", "same=\(detector("same.onnx"))", "--also",
      "blind=\(detector("blind.onnx", redScore: 0))", "--max-drop", "1", "--json", "-", "-o",
      folder.file("report"),
    ])
    // Four images are too few for a verdict.
    #expect(run.exitCode == 2, "\(run.errors)")
    let report = try JSONDocument(run.output)
    let arms = try report["arms"].elements
    try #expect(report["metric"].string == "mAP")
    try #expect(arms[1]["drop"].double == 0 && arms[1]["verdict"].string == "pass")
    // Red is never found: two of the four boxes are lost.
    try #expect(abs(arms[2]["drop"].double - 67.0 / 202) < 1e-12)
    try #expect(abs(arms[2]["agreement"].double - 2 * 2.0 / (2 * 2 + 2)) < 1e-12)
    let html = String(decoding: try folder.bytes("report/report.html"), as: UTF8.self)
    #expect(html.contains("0 boxes found again, 1 lost"))
    let csv = String(decoding: try folder.bytes("report/records.csv"), as: UTF8.self)
    #expect(csv.hasPrefix("arm,path,contentHash,found,lost,extra\n"))
    #expect(csv.contains("blind,a.ppm,") && csv.contains(",0,1,0\n"))
  }

  /// Without labels the original is the reference, part by part of its output.
  @Test func agreementNeedsNoLabels() throws {
    let arguments = [
      "compare", try detector("float.onnx"), "--images", images, "--boxes", "yolov8", "--also",
      "blind=\(try detector("blind.onnx", redScore: 0))", "--json", "-",
    ]
    let run = try run(arguments + ["--min-agreement", "90"])
    #expect(run.exitCode == 1 || run.exitCode == 2, "\(run.errors)")
    let arm = try JSONDocument(run.output)["arms"].elements[1]
    try #expect(abs(arm["metric"].double - 2.0 / 3) < 1e-12)
    let outputs = try arm["outputs"].elements
    #expect(outputs.count == 2)
    try #expect(outputs.map { try $0["part"]["from"].int } == [0, 4])
    // Half of the scores are gone.
    try #expect(abs(outputs[1]["sqnr"].double - 10 * log10(2)) < 1e-3)
  }

  /// Two results have the drop and the interval that one comparison of both has; of a result and itself nothing differs.
  @Test func resultsArePairedAsInOneComparison() throws {
    let labels = try annotations()
    let (seeing, blind) = (try detector("float.onnx"), try detector("blind.onnx", redScore: 0))
    let compared = try run([
      "compare", seeing, "--images", images, "--annotations", labels, "--boxes", "yolov8",
      "--also", "blind=\(blind)", "-o", folder.file("report"),
    ])
    #expect(compared.exitCode == 0, "\(compared.errors)")
    for (name, model) in [("old", seeing), ("new", blind)] {
      let made = try run([
        "evaluate", model, "--images", images, "--annotations", labels, "--boxes", "yolov8",
        "--json", folder.file("\(name).json"),
      ])
      #expect(made.exitCode == 0, "\(made.errors)")
    }
    let (old, new) = (folder.file("old.json"), folder.file("new.json"))
    let run = try RunCalibrant.run(["diff", old, new, "--json", "-", "-o", folder.file("diff")])
    let difference = try JSONDocument(run.output)
    let report = try JSONDocument(
      String(decoding: folder.bytes("report/report.json"), as: UTF8.self))
    let (arm, expected) = (
      try difference["arms"].elements[0], try report["arms"].elements[1]
    )
    for key in ["drop", "pValue"] {
      try #expect(arm[key].double == expected[key].double, "\(key)")
    }
    for end in 0...1 {
      try #expect(
        arm["dropInterval"].elements[end].double == expected["dropInterval"].elements[end].double)
    }
    try #expect(difference["metric"].string == "mAP")
    let page = String(decoding: try folder.bytes("diff/report.html"), as: UTF8.self)
    #expect(page.contains("a.ppm: was 100.0 %, is 0.0 %"))
    let itself = folder.file("report/report.json")
    let same = try RunCalibrant.run(["diff", itself, itself, "--max-drop", "1"])
    #expect(same.exitCode == 0, "\(same.output)")
    let other = try RunCalibrant.run(["merge", old, new])
    #expect(other.exitCode == 65 && other.errors.contains("it is of detection"), "\(other.errors)")
  }

  @Test func unlabelledClassifiersKeepTheirClass() throws {
    let flat = folder.file("flat")
    try FileManager.default.createDirectory(atPath: flat, withIntermediateDirectories: true)
    for name in try FileManager.default.subpathsOfDirectory(atPath: DemoFiles.test)
    where name.hasSuffix(".png") || name.hasSuffix(".jpg") {
      try FileManager.default.copyItem(
        atPath: "\(DemoFiles.test)/\(name)",
        toPath: "\(flat)/\(name.replacingOccurrences(of: "/", with: "-"))")
    }
    let run = try RunCalibrant.run(
      [
        "compare", DemoFiles.model, "--images", flat, "--also", "same=\(DemoFiles.model)",
        "--quiet", "--json", "-",
      ] + DemoFiles.asTheyAre)
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDocument(run.output)
    try #expect(report["task"].string == "fidelity" && report["metric"].string == "same class")
    try #expect(report["arms"].elements[1]["metric"].double == 1)
  }

  @Test func wrongUseIsNamed() throws {
    let detector = try detector("detector.onnx")
    for (options, text) in [
      (["evaluate", "--task", "fidelity"], "measured against labels"),
      (["evaluate", "--task", "text"], "--dictionary"),
      (["evaluate", "--annotations", "x.json", "--masks", "m"], "--masks belongs to"),
      (["compare", "--also", "a=\(detector)", "--min-agreement", "101"], "--min-agreement"),
      (
        [
          "compare", "--also", "a=\(detector)", "--task", "detection", "--sequential",
          "--max-drop", "1",
        ], "--sequential"
      ),
    ] {
      let run = try run([options[0], detector, "--images", images] + options.dropFirst())
      #expect(run.exitCode == 64, "\(options): \(run.errors)")
      #expect(run.errors.contains(text), "\(options): \(run.errors)")
    }
  }

  /// Bits of a detector's one layer, of 1,152 weights, are judged by its outputs; nothing of them changes class.
  @Test func bitsAreChosenForAnyOutputs() throws {
    let model = try detector("float.onnx")
    let file = folder.file("mixed.onnx")
    func calibrate(_ limit: [String]) throws -> ProgramRun {
      try RunCalibrant.run(
        [
          "calibrate", model, "--data", images, "-o", file, "--activations", "float", "--resize",
          "none", "--crop", "none", "--mean", "0", "--std", "1",
        ] + limit)
    }
    // A byte for each weight and what else the file holds are more.
    let run = try calibrate(["--target-bytes", "1300"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.errors.contains("% of the outputs' variance is error"), "\(run.errors)")
    #expect(run.errors.contains("w: 4 bits") && !run.errors.contains("KL"), "\(run.errors)")
    let size = try folder.bytes("mixed.onnx").count
    #expect((577...1300).contains(size))
    let small = try calibrate(["--target-bytes", "10"])
    #expect(small.exitCode == 64 && small.errors.contains("smallest file"), "\(small.errors)")
    let refused = try calibrate(["--budget", "5"])
    #expect(refused.exitCode == 64 && refused.errors.contains("--target-bytes judges any outputs"))
    #expect(!refused.errors.contains("fitting"), "\(refused.errors)")
  }
}
