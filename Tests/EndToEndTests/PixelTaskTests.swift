import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

/// Segmentation, text and embeddings from the command line, on networks that see red and green, worked out by hand.
@Suite struct PixelTaskTests {
  private let folder: TemporaryFolder
  private let images: String

  /// Four images of 16 x 16 pixels, by the colours of their halves: a red, b green, c red and green, d green and red.
  init() throws {
    folder = try TemporaryFolder()
    images = folder.file("images")
    try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
    let (red, green) = ("255 0 0", "0 255 0")
    for (name, halves) in [
      ("a", [red, red]), ("b", [green, green]), ("c", [red, green]), ("d", [green, red]),
    ] {
      let row = halves.flatMap { [String](repeating: $0, count: 8) }.joined(separator: " ")
      let pixels = [String](repeating: row, count: 16).joined(separator: "\n")
      try folder.write(Data("P3 16 16 255\n\(pixels)\n".utf8), to: "images/\(name).ppm")
    }
  }

  /// A network of one input, N x 3 x 16 x 16 of red, green and blue from 0 to 1, whose last node gives `y`.
  private func network(
    _ name: String, _ nodes: [ModelNode], _ initializers: [ModelTensor],
    output: ElementType = .float32, _ shape: [Int]
  ) throws -> String {
    let dimensions: [CalibrantONNXFormat.Dimension] = [.symbolic("N")] + shape.map { .fixed($0) }
    let model = Model(
      graph: ModelGraph(
        name: name, nodes: nodes,
        inputs: [
          ModelValue(
            name: "x", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(3), .fixed(16), .fixed(16)])
        ],
        outputs: [ModelValue(name: "y", elementType: output, dimensions: dimensions)],
        initializers: initializers), opset: 13)
    let path = folder.file("\(name).onnx")
    try model.write(to: path)
    return path
  }

  /// A 1 x 1 convolution; a row of weights per channel that comes out.
  private func convolution(_ weights: [[Float]], to output: String) -> (ModelNode, ModelTensor) {
    let node = ModelNode("Conv", name: "conv", inputs: ["x", "w"], outputs: [output])
    let weight = ModelTensor(
      name: "w", elementType: .float32, dims: [weights.count, 3, 1, 1],
      values: weights.flatMap(\.self))
    return (node, weight)
  }

  private func run(_ arguments: [String]) throws -> ProgramRun {
    try RunCalibrant.run(
      arguments + [
        "--images", images, "--resize", "none", "--crop", "none", "--mean", "0", "--std", "1",
        "--quiet", "--json", "-",
      ])
  }

  private func result(_ arguments: [String]) throws -> JSONDocument {
    let run = try run(arguments)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try JSONDocument(run.output)
  }

  // MARK: Segmentation

  /// Red is class 0, and green class 1; all of d is labelled green.
  private func masks() throws -> String {
    let halves = ["a": [0, 0], "b": [1, 1], "c": [0, 1], "d": [1, 1]] as [String: [UInt8]]
    try FileManager.default.createDirectory(
      atPath: folder.file("masks"), withIntermediateDirectories: true)
    for (name, halves) in halves {
      let row = halves.flatMap { [UInt8](repeating: $0, count: 8) }
      let pixels = [[UInt8]](repeating: row, count: 16).flatMap(\.self)
      try folder.write(GreyPNG.data(pixels, width: 16), to: "masks/\(name).png")
    }
    return folder.file("masks")
  }

  private enum Head: String, CaseIterable { case scores, argMax, argMaxAsFloat, logit, sigmoid }

  private func segmenter(_ head: Head, green: Float = 1) throws -> String {
    let one = head == .logit || head == .sigmoid
    let weights: [[Float]] = one ? [[-green, green, 0]] : [[1, 0, 0], [0, green, 0]]
    let hasEnd = head != .scores && head != .logit
    let (conv, weight) = convolution(weights, to: hasEnd ? "scores" : "y")
    let maximum = ModelNode(
      "ArgMax", name: "max", inputs: ["scores"], outputs: [head == .argMax ? "y" : "best"],
      attributes: ["axis": .int(1), "keepdims": .int(head == .argMax ? 0 : 1)])
    let ends: [ModelNode] =
      switch head {
      case .scores, .logit: []
      case .argMax: [maximum]
      case .argMaxAsFloat:
        [
          maximum,
          ModelNode(
            "Cast", name: "cast", inputs: ["best"], outputs: ["y"], attributes: ["to": .int(1)]),
        ]
      case .sigmoid: [ModelNode("Sigmoid", name: "end", inputs: ["scores"], outputs: ["y"])]
      }
    let channels = head == .argMax ? [] : [head == .scores ? 2 : 1]
    return try network(
      "\(head.rawValue)\(green)", [conv] + ends, [weight],
      output: head == .argMax ? .int64 : .float32, channels + [16, 16])
  }

  /// Half of d is called red: of class 0 384 of 512 pixels are right, of class 1 512 of 640.
  @Test func allHeadsOfASegmenterAreRead() throws {
    let masks = try masks()
    for head in Head.allCases {
      let result = try result(["evaluate", segmenter(head), "--masks", masks])
      try #expect(abs(result["metric"].double - (0.75 + 0.8) / 2) < 1e-12, "\(head)")
      try #expect(abs(result["pixelAccuracy"].double - 0.875) < 1e-12, "\(head)")
      let notes = try result["notes"].strings.joined()
      let expected =
        switch head {
        case .scores: ""
        case .argMax, .argMaxAsFloat: "the class of each pixel"
        case .logit: "logit of class 1 of two, above 0.0000"
        case .sigmoid: "probability of class 1 of two, above 0.5000"
        }
      #expect(head == .scores ? notes.isEmpty : notes.contains(expected), "\(notes)")
    }
  }

  /// The sigmoid of 1 is 0.73.
  @Test func aConfidenceDecidesOnOneNumber() throws {
    let masks = try masks()
    for head in [Head.sigmoid, .logit] {
      let result = try result([
        "evaluate", segmenter(head), "--masks", masks, "--confidence", "0.9",
      ])
      try #expect(abs(result["metric"].double - 0.375 / 2) < 1e-12)
    }
    let run = try run(["evaluate", segmenter(.scores), "--masks", masks, "--confidence", "0.9"])
    #expect(run.exitCode == 64 && run.errors.contains("'y' scores 2 classes"), "\(run.errors)")
  }

  /// Blind to green, all is class 0: half of its pixels are the original's, and class 1 is never found again.
  @Test func labelMapsAreCompared() throws {
    for head in [Head.scores, .argMax] {
      let report = try result([
        "compare", segmenter(head), "--also", "blind=\(segmenter(head, green: -1))", "--task",
        "segmentation",
      ])
      try #expect(report["metric"].string == "mask mIoU")
      let arm = try report["arms"].elements[1]
      try #expect(abs(arm["metric"].double - 0.25) < 1e-12)
    }
  }

  // MARK: Embeddings

  /// The mean of each channel, in this order.
  private func embedder(_ name: String, _ weights: [[Float]]) throws -> String {
    let (conv, weight) = convolution(weights, to: "mixed")
    return try network(
      name,
      [
        conv, ModelNode("GlobalAveragePool", name: "mean", inputs: ["mixed"], outputs: ["means"]),
        ModelNode("Flatten", name: "flat", inputs: ["means"], outputs: ["y"]),
      ], [weight], [2])
  }

  /// Cosines are 0, 0.71, 0.71 and 1; only the threshold of 1 tells three of four right.
  private func pairs() throws -> String {
    try folder.write(
      Data("path_a,path_b,same\na.ppm,b.ppm,0\na.ppm,c.ppm,0\nb.ppm,c.ppm,1\nc.ppm,d.ppm,1\n".utf8),
      to: "pairs.csv")
    return folder.file("pairs.csv")
  }

  @Test func pairsAreToldApart() throws {
    let model = try embedder("embedder", [[1, 0, 0], [0, 1, 0]])
    let result = try result(["evaluate", model, "--pairs", pairs()])
    try #expect(result["metricName"].string == "verification accuracy")
    try #expect(result["metric"].double == 0.75)
    try #expect(result["intervals"].string.contains("pairs of images"))
  }

  /// A network that swaps red and green agrees with itself as before. Among the original's embeddings it takes a for b.
  @Test func theGalleryIsChosen() throws {
    let model = try embedder("embedder", [[1, 0, 0], [0, 1, 0]])
    let swapped = try embedder("swapped", [[0, 1, 0], [1, 0, 0]])
    for (gallery, accuracy) in [("own", 0.75), ("float", 0.5)] {
      let report = try result([
        "compare", model, "--also", "swapped=\(swapped)", "--pairs", pairs(), "--gallery", gallery,
      ])
      let arms = try report["arms"].elements
      try #expect(arms[0]["metric"].double == 0.75)
      try #expect(arms[1]["metric"].double == accuracy)
      try #expect(arms[0]["notes"].strings.contains { $0.contains("--gallery \(gallery)") })
    }
  }

  @Test func withoutLabelsNeighboursAreTheOriginals() throws {
    let model = try embedder("embedder", [[1, 0, 0], [0, 1, 0]])
    let report = try result(["compare", model, "--also", "same=\(model)", "--task", "embedding"])
    try #expect(report["metric"].string == "same nearest")
    try #expect(report["arms"].elements[1]["metric"].double == 1)
  }

  /// To a network that sees red alone, b is like nothing, and c and d are as a is: the first of equals is the nearest.
  @Test func otherNeighboursAreDrawn() throws {
    let model = try embedder("embedder", [[1, 0, 0], [0, 1, 0]])
    let red = try embedder("red", [[1, 0, 0], [0, 0, 0]])
    let report = folder.file("report")
    let result = try result([
      "compare", model, "--also", "red=\(red)", "--task", "embedding", "-o", report,
    ])
    try #expect(result["arms"].elements[1]["metric"].double == 0.25)
    let html = String(decoding: try folder.bytes("report/report.html"), as: UTF8.self)
    let cards = html.split(separator: "<div class=\"neighbors\">").dropFirst()
      .map { $0.split(separator: "</li>")[0] }
    let paths = cards.map { card in
      card.matches(of: /<span class="path">(.)\.ppm/).map { String($0.1) }
    }
    // The original puts b's new neighbour, none, farthest behind the old.
    #expect(paths == [["b", "c"], ["c", "d", "a"], ["d", "c", "a"]])
    #expect(cards.map { $0.matches(of: /<img\b/).count } == [2, 3, 3])
    let cosines = cards.map { card in
      card.matches(of: /cosine (\d\.\d{3})/).map { String($0.1) }
    }
    #expect(cosines == [["0.707"], ["1.000", "1.000"], ["1.000", "1.000"]])
    #expect(cards.first?.hasSuffix("nearest now</span>none</div>\n</div>") == true)
  }

  /// Two weights of 127 side by side times 255 are more than 16 bits hold.
  @Test func clampedLayersAreNamed() throws {
    let (conv, weight) = convolution([[1, 1, 0], [1, 1, 0]], to: "sums")
    let model = try network(
      "sums",
      [
        conv, ModelNode("Relu", name: "relu", inputs: ["sums"], outputs: ["positive"]),
        ModelNode("Conv", name: "last", inputs: ["positive", "v"], outputs: ["mixed"]),
        ModelNode("GlobalAveragePool", name: "mean", inputs: ["mixed"], outputs: ["means"]),
        ModelNode("Flatten", name: "flat", inputs: ["means"], outputs: ["y"]),
      ],
      [
        weight,
        ModelTensor(
          name: "v", elementType: .float32, dims: [2, 2, 1, 1], values: [1, 0, 0, 1] as [Float]),
      ], [2])
    let file = folder.file("quantized.onnx")
    let recipe = ["--resize", "none", "--crop", "none", "--mean", "0", "--std", "1", "--quiet"]
    let made = try RunCalibrant.run(
      ["calibrate", model, "--data", images, "-o", file, "--min-elements", "1"]
        + ["--saturation-safe", "never"] + recipe)
    #expect(made.exitCode == 0, "\(made.errors)")
    let run = try RunCalibrant.run(
      ["evaluate", file, "--images", images, "--pairs", pairs()] + recipe)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(
      run.output.contains("can be clamped to 16 bits: conv (2 of 2 channels)"), "\(run.output)")
  }

  @Test(arguments: [
    ("a.ppm,b.ppm\n", "line 1: expected `path_a,path_b,same`"),
    ("path_a,path_b,same\na.ppm,b.ppm,maybe\n", "line 2: \"maybe\" is neither"),
    ("a.ppm,x.ppm,1\n", "x.ppm"), ("a.ppm,a.ppm,1\n", "a.ppm is paired with itself"),
    ("", "it lists no pair"),
  ])
  func badPairsAreNamed(_ text: String, _ reason: String) throws {
    try folder.write(Data(text.utf8), to: "bad.csv")
    let model = try embedder("embedder", [[1, 0, 0], [0, 1, 0]])
    let run = try run(["evaluate", model, "--pairs", folder.file("bad.csv")])
    #expect(run.exitCode == 65 && run.errors.contains("bad.csv"), "\(run.errors)")
    #expect(run.errors.contains(reason), "\(run.errors)")
  }

  // MARK: Text

  /// Two steps, one of each half: r where it is red, g where it is green.
  private func reader() throws -> String {
    let weight = (0..<3).flatMap { symbol in
      (0..<3).flatMap { channel in
        [Float](repeating: symbol == channel + 1 ? 1.0 / 128 : 0, count: 128)
      }
    }
    return try network(
      "reader",
      [
        ModelNode(
          "Conv", name: "conv", inputs: ["x", "w", "b"], outputs: ["scores"],
          attributes: ["strides": .ints([16, 8])]),
        ModelNode("Squeeze", name: "flat", inputs: ["scores", "axis"], outputs: ["columns"]),
        ModelNode(
          "Transpose", name: "turn", inputs: ["columns"], outputs: ["y"],
          attributes: ["perm": .ints([0, 2, 1])]),
      ],
      [
        ModelTensor(name: "w", elementType: .float32, dims: [3, 3, 16, 8], values: weight),
        ModelTensor(name: "b", elementType: .float32, dims: [3], values: [0.25, 0, 0] as [Float]),
        ModelTensor(name: "axis", elementType: .int64, dims: [1], values: [2] as [Int64]),
      ], [2, 3])
  }

  /// Of d it reads gr, not gg: one of four texts, and one of six characters.
  @Test func textsAreRead() throws {
    try folder.write(
      Data("path,text\na.ppm,r\nb.ppm,g\nc.ppm,rg\nd.ppm,gg\n".utf8), to: "images/texts.csv")
    try folder.write(Data("r\ng\n".utf8), to: "symbols.txt")
    let run = try RunCalibrant.run([
      "evaluate", reader(), "--images", folder.file("images/texts.csv"), "--dictionary",
      folder.file("symbols.txt"), "--resize", "none", "--crop", "none", "--mean", "0", "--std", "1",
      "--quiet", "--json", "-",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let result = try JSONDocument(run.output)
    try #expect(result["metric"].double == 0.75)
    try #expect(abs(result["characterErrorRate"].double - 1.0 / 6) < 1e-12)
  }
}
