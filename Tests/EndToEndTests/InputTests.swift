import Foundation
import CalibrantHarness
import CalibrantImaging
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import calibrant

/// Models that read anything but one image, from arrays.
@Suite struct InputTests {
  private let folder: TemporaryFolder
  /// `ids`, 3 x 100 whole numbers n² mod 17, and `image`, 3 x 2 x 4 x 4 eighths of n, written by NumPy.
  private let archive = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../HarnessTests/Fixtures/npz/deflated.npz").standardized.path

  init() throws { folder = try TemporaryFolder() }

  private typealias Axis = CalibrantONNXFormat.Dimension

  /// Scores of two classes: the means of the image's two channels, and the first two ids.
  ///
  /// Of the three samples the ids are 0 and 1, 4 and 1, 16 and 9, and the second mean is greater by 2: classes 1, 0 and 0.
  private func scorer(_ name: String, readsIDs: Bool = true, isReversed: Bool = false) throws
    -> String
  {
    let inputs = [
      ModelValue(name: "ids", elementType: .int32, dimensions: [.symbolic("N"), .fixed(100)]),
      ModelValue(
        name: "image", elementType: .float32,
        dimensions: [.symbolic("N"), .fixed(2), .fixed(4), .fixed(4)]),
    ]
    let weight: [Float] = readsIDs ? [1, 0, 0, 1] : [0, 0, 0, 0]
    let model = Model(
      graph: ModelGraph(
        name: name,
        nodes: [
          ModelNode(
            "Slice", name: "first", inputs: ["ids", "from", "to", "axis"], outputs: ["two"]),
          ModelNode(
            "Cast", name: "cast", inputs: ["two"], outputs: ["floats"],
            attributes: ["to": .int(1)]),
          ModelNode("MatMul", name: "weigh", inputs: ["floats", "w"], outputs: ["weighed"]),
          ModelNode("GlobalAveragePool", name: "mean", inputs: ["image"], outputs: ["means"]),
          ModelNode("Flatten", name: "flat", inputs: ["means"], outputs: ["flat"]),
          ModelNode("Add", name: "add", inputs: ["flat", "weighed"], outputs: ["y"]),
        ],
        inputs: isReversed ? inputs.reversed() : inputs,
        outputs: [
          ModelValue(name: "y", elementType: .float32, dimensions: [.symbolic("N"), .fixed(2)])
        ],
        initializers: [
          ModelTensor(name: "from", elementType: .int64, dims: [1], values: [0] as [Int64]),
          ModelTensor(name: "to", elementType: .int64, dims: [1], values: [2] as [Int64]),
          ModelTensor(name: "axis", elementType: .int64, dims: [1], values: [1] as [Int64]),
          ModelTensor(name: "w", elementType: .float32, dims: [2, 2], values: weight),
        ]), opset: 13)
    let path = folder.file("\(name).onnx")
    try model.write(to: path)
    return path
  }

  private func arrays() throws -> (ids: String, image: String) {
    let ids = (0..<300).map { Int64($0 * $0 % 17) }
    try folder.write(NPYWriter.data(ids, shape: [3, 100]), to: "ids.npy")
    let image = (0..<96).map { Float($0) / 8 }
    try folder.write(NPYWriter.data(image, shape: [3, 2, 4, 4]), to: "image.npy")
    return (folder.file("ids.npy"), folder.file("image.npy"))
  }

  /// Without the ids all are class 1, as one of three is with them.
  @Test func severalInputsAreReadByName() throws {
    let model = try scorer("scorer")
    let (ids, image) = try arrays()
    for data in [["--data", archive], ["--data", "image=\(image)", "--data", "ids=\(ids)"]] {
      let run = try RunCalibrant.run(
        [
          "compare", model, "--also", "turned=\(scorer("turned", isReversed: true))", "--also",
          "blind=\(scorer("blind", readsIDs: false))", "--quiet", "--json", "-",
        ] + data)
      #expect(run.exitCode == 0, "\(run.errors)")
      let report = try JSONDocument(run.output)
      try #expect(report["task"].string == "fidelity" && report["metric"].string == "same class")
      try #expect(report["dataset"]["count"].int == 3)
      let arms = try report["arms"].elements
      try #expect(arms[1]["metric"].double == 1)
      try #expect(abs(arms[2]["metric"].double - 1.0 / 3) < 1e-12)
    }
  }

  @Test func arraysCalibrate() throws {
    let model = try scorer("scorer")
    let file = folder.file("quantized.onnx")
    let made = try RunCalibrant.run(
      ["calibrate", model, "--data", archive, "-o", file, "--min-elements", "1", "--quiet"])
    #expect(made.exitCode == 0, "\(made.errors)")
    let run = try RunCalibrant.run([
      "compare", model, "--data", archive, "--calibration", archive, "--schemes", "w8a8",
      "--min-elements", "1", "--also", "made=\(file)", "--quiet", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let arms = try JSONDocument(run.output)["arms"].elements
    // Nothing is known of activations without data.
    try #expect(arms.map { try $0["kind"].string } == ["original", "activation-based", "given"])
    try #expect(arms.allSatisfy { try $0["metric"].double == 1 })
  }

  @Test func whatDoesNotFitNamesInputAndFile() throws {
    let model = try scorer("scorer")
    let (ids, image) = try arrays()
    try folder.write(
      NPYWriter.data([Float](repeating: 0, count: 200), shape: [2, 100]), to: "f.npy")
    try folder.write(
      NPYWriter.data([Int32](repeating: 0, count: 200), shape: [2, 100]), to: "2.npy")
    try folder.write(
      NPYWriter.data([Int64](repeating: 1 << 40, count: 300), shape: [3, 100]), to: "large.npy")
    let (floats, two, large) = (
      folder.file("f.npy"), folder.file("2.npy"), folder.file("large.npy")
    )
    for (data, code, texts) in [
      (["ids=\(ids)"], 65, ["'image' (float32", ids]),
      (["ids=\(ids)", "picture=\(image)"], 65, [image, "no input 'picture'", "'image'"]),
      (["ids=\(image)", "image=\(image)"], 65, [image, "3 × 2 × 4 × 4", "N × 100", "'ids'"]),
      (["ids=\(floats)", "image=\(image)"], 65, [floats, "float32", "'ids' is int32"]),
      (["ids=\(large)", "image=\(image)"], 65, [large, "1099511627776", "'ids' is int32"]),
      (["ids=\(two)", "image=\(image)"], 65, [image, "3 samples for input 'image'", "2.npy 2"]),
      ([ids], 65, [ids, "NAME=FILE"]), ([ids, image], 64, [ids, "NAME="]),
      (["ids=\(ids)", "ids=\(ids)"], 64, ["two arrays", "'ids'"]),
      (["ids=\(folder.file("none.npy"))", "image=\(image)"], 66, ["none.npy"]),
    ] as [([String], Int32, [String])] {
      let run = try RunCalibrant.run(
        ["compare", model, "--also", "same=\(model)", "--quiet"]
          + data.flatMap { ["--data", $0] })
      #expect(run.exitCode == code, "\(data): \(run.errors)")
      for text in texts { #expect(run.errors.contains(text), "\(data): \(run.errors)") }
    }
  }

  /// Weights of 0 and 1 lose nothing in 8 bits, so that every sample keeps its class.
  @Test func arraysAreInspectedAndValidated() throws {
    let model = try scorer("scorer")
    let (ids, image) = try arrays()
    let file = folder.file("quantized.onnx")
    let made = try RunCalibrant.run(
      ["calibrate", model, "--data", archive, "-o", file, "--min-elements", "1", "--quiet"])
    #expect(made.exitCode == 0, "\(made.errors)")
    for data in [["--data", archive], ["--data", "image=\(image)", "--data", "ids=\(ids)"]] {
      let run = try RunCalibrant.run(
        ["inspect", model, file, "--quiet", "--json", "-"] + data)
      #expect(run.exitCode == 0, "\(run.errors)")
      let report = try JSONDocument(run.output)
      try #expect(report["count"].int == 3 && report["sampleCount"].int == 2)
      try #expect(!report["labelled"].bool && report["quantizedTop1"].double == 1)
      try #expect(report["layers"].elements.map { try $0["name"].string } == ["weigh"])
      let check = try RunCalibrant.run(["validate", model, file] + data)
      #expect(check.exitCode == 0 && check.output.contains("outputs on samples: SQNR"))
    }
    for command in ["inspect", "validate"] {
      let run = try RunCalibrant.run([command, model, file, "--data", "ids=\(ids)"])
      #expect(run.exitCode == 65 && run.errors.contains("'image' (float32"), "\(run.errors)")
      let resized = try RunCalibrant.run(
        [command, model, file, "--data", archive, "--resize", "8"])
      #expect(resized.exitCode == 64 && resized.errors.contains("--resize has no effect"))
    }
  }

  @Test func imagesOrArrays() throws {
    let model = try scorer("scorer")
    for (arguments, text) in [
      ([], "--images"), (["--images", "x", "--data", archive], "exclude each other"),
      (["--data", archive, "--resize", "8"], "--resize has no effect"),
      (["--data", model], "neither a .npy nor a .npz"),
    ] {
      let run = try RunCalibrant.run(["compare", model, "--also", "a=\(model)"] + arguments)
      #expect(run.exitCode == 64 && run.errors.contains(text), "\(arguments): \(run.errors)")
    }
    let run = try RunCalibrant.run(["evaluate", model, "--data", archive])
    #expect(run.exitCode == 64 && run.errors.contains("measured against labels"), "\(run.errors)")
  }

  // MARK: Layout and scale

  /// The mean of each channel, where the file says nothing of an image but four axes.
  private func openModel(_ dims: [Axis]) -> Model {
    Model(
      graph: ModelGraph(
        name: "open",
        nodes: [
          ModelNode(
            "ReduceMean", name: "mean", inputs: ["x"], outputs: ["y"],
            attributes: ["axes": .ints([1, 2]), "keepdims": .int(0)])
        ],
        inputs: [ModelValue(name: "x", elementType: .float32, dimensions: dims)],
        outputs: [
          ModelValue(name: "y", elementType: .float32, dimensions: [.symbolic("N"), .unknown])
        ],
        initializers: []), opset: 13)
  }

  @Test func aLayoutIsSaidWhereTheFileDoesNot() throws {
    let path = folder.file("open.onnx")
    try openModel([.symbolic("N"), .unknown, .unknown, .unknown]).write(to: path)
    let unsaid = try LoadedModel(path).input
    #expect(unsaid.layout == .channelsFirst)
    let last = try LoadedModel(path, layout: .channelsLast).input
    #expect(last.layout == .channelsLast && last.channels == 3 && last.height == nil)
    try openModel([.symbolic("N"), .fixed(3), .fixed(9), .fixed(3)]).write(to: path)
    let both = try LoadedModel(path, layout: .channelsLast).input
    #expect(both.layout == .channelsLast && both.channels == 3 && both.width == 9)
    try openModel([.symbolic("N"), .fixed(3), .fixed(8), .fixed(9)]).write(to: path)
    let error = #expect(throws: HarnessError.self) {
      try LoadedModel(path, layout: .channelsLast)
    }
    #expect(error?.description.contains("--layout nhwc") == true)
    #expect(error?.description.contains("N × 3 × 8 × 9") == true)
  }

  /// What is made for a layout states it, and is the original's only where that is said.
  @Test func aLayoutIsSaidOfBothFiles() throws {
    let model = Model(
      graph: ModelGraph(
        name: "last",
        nodes: [
          ModelNode(
            "Transpose", name: "turn", inputs: ["x"], outputs: ["first"],
            attributes: ["perm": .ints([0, 3, 1, 2])]),
          ModelNode("Conv", name: "conv", inputs: ["first", "w"], outputs: ["mixed"]),
          ModelNode("GlobalAveragePool", name: "mean", inputs: ["mixed"], outputs: ["means"]),
          ModelNode("Flatten", name: "flat", inputs: ["means"], outputs: ["y"]),
        ],
        inputs: [
          ModelValue(
            name: "x", elementType: .float32,
            dimensions: [.symbolic("N"), .unknown, .unknown, .unknown])
        ],
        outputs: [
          ModelValue(name: "y", elementType: .float32, dimensions: [.symbolic("N"), .fixed(2)])
        ],
        initializers: [
          ModelTensor(
            name: "w", elementType: .float32, dims: [2, 3, 1, 1],
            values: [1, 0, 0, 0, 1, 0] as [Float])
        ]), opset: 13)
    let (original, made) = (folder.file("last.onnx"), folder.file("made.onnx"))
    try model.write(to: original)
    let pixels: [Float] = (0..<360).map { (index: Int) in Float(index * index % 11) / 11 }
    try folder.write(NPYWriter.data(pixels, shape: [4, 6, 5, 3]), to: "x.npy")
    let data = ["--data", folder.file("x.npy")]
    let run = try RunCalibrant.run(
      ["calibrate", original, "-o", made, "--min-elements", "1", "--layout", "nhwc", "--quiet"]
        + data)
    #expect(run.exitCode == 0, "\(run.errors)")
    let unsaid = try RunCalibrant.run(["validate", original, made])
    #expect(unsaid.exitCode == 1 && unsaid.output.contains("FAIL  inputs and outputs"))
    for arguments in [[], data] {
      let said = try RunCalibrant.run(
        ["validate", original, made, "--layout", "nhwc"] + arguments)
      #expect(said.exitCode == 0, "\(said.output) \(said.errors)")
    }
    let inspected = try RunCalibrant.run(
      ["inspect", original, made, "--layout", "nhwc", "--quiet", "--json", "-"] + data)
    #expect(inspected.exitCode == 0, "\(inspected.errors)")
    try #expect(JSONDocument(inspected.output)["count"].int == 4)
    let first = try RunCalibrant.run(
      ["inspect", original, made, "--layout", "nchw", "--quiet"] + data)
    #expect(first.exitCode == 65 && first.errors.contains("x.npy"), "\(first.errors)")
  }

  @Test func aScaleIsWhatWhiteBecomes() throws {
    let recipe = try PreprocessingOptions.parse(["--scale", "255"]).preprocessing(for: nil)
    #expect(recipe.mean == [0, 0, 0] && recipe.std == [1 / 255, 1 / 255, 1 / 255])
    for line in [["--scale", "0"], ["--scale", "2", "--mean", "0.5"], ["--scale", "nan"]] {
      #expect(throws: (any Error).self) {
        try PreprocessingOptions.parse(line).preprocessing(for: nil)
      }
    }
  }
}
