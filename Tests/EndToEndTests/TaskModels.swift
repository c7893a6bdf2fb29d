import Foundation
import CalibrantONNXFormat
import TestSupport

/// Models of other tasks, small enough to work out by hand, for images of 16 x 16 pixels of one colour: what they say of red
/// has weights of `red`, of green 0.9. Rounded to 2 bits with one symmetric scale, weights below 0.45 are gone.
struct TaskModels {
  let folder: TemporaryFolder
  let red: Float
  /// Whether the file leaves height and width of the image open.
  var hasOpenSides = false

  static let roundedToTwoBits = [
    "--bits", "2", "--end-bits", "2", "--small-bits", "2", "--per-tensor", "--weights", "symmetric",
    "--min-elements",
    "0",
    "--no-equalize", "--no-bias-correction",
  ]

  /// As they are, 0…1.
  static let recipe = [
    "--resize", "none", "--crop", "none", "--mean", "0", "--std", "1", "--quiet",
  ]

  /// Two red images, a and c, and two green ones.
  static func writeImages(to images: String, inClassFolders: Bool = false) throws {
    for (name, color) in [("a", "red"), ("b", "green"), ("c", "red"), ("d", "green")] {
      let folder = inClassFolders ? "\(images)/\(color)" : images
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let pixel = color == "red" ? "255 0 0" : "0 255 0"
      let pixels = [String](repeating: pixel, count: 256).joined(separator: "\n")
      try Data("P3 16 16 255\n\(pixels)\n".utf8).write(to: URL(filePath: "\(folder)/\(name).ppm"))
    }
  }

  /// Nine equal boxes of the whole image with the scores of red and green, as YOLOv8 has them: 1 x 6 x 9.
  func detector() throws -> String {
    try write(
      "detector", kernel: [8, 8], stride: [4, 4], channels: 6, redAt: 4, greenAt: 5,
      bias: [8, 8, 16, 16, 0, 0], shape: [1, 6, 9])
  }

  /// The same, but the boxes are half as high and stand in the middle only where red and green make 1.
  func placingDetector() throws -> String {
    try write(
      "detector", kernel: [8, 8], stride: [4, 4], channels: 6, redAt: 4, greenAt: 5,
      placeAt: 0, bias: [0, 8, 16, 8, 0, 0], shape: [1, 6, 9])
  }

  /// Scores of green and red for each pixel: 1 x 2 x 16 x 16.
  func segmenter() throws -> String {
    try write(
      "segmenter", kernel: [1, 1], stride: [1, 1], channels: 2, redAt: 1, greenAt: 0, bias: [0, 0],
      shape: [1, 2, 16, 16])
  }

  /// Scores of nothing, "r" and "g" in four columns: 1 x 4 x 3.
  func reader() throws -> String {
    try write(
      "reader", kernel: [16, 4], stride: [16, 4], channels: 3, redAt: 1, greenAt: 2,
      bias: [0.1, 0, 0], shape: [1, 3, 4], transposed: [0, 2, 1])
  }

  /// A vector of two values.
  func embedder() throws -> String {
    try write(
      "embedder", kernel: [16, 16], stride: [16, 16], channels: 2, redAt: 0, greenAt: 1,
      bias: [0.1, 0.1], shape: [1, 2])
  }

  /// One convolution whose channels average red and green over its window.
  private func write(
    _ name: String, kernel: [Int], stride: [Int], channels: Int, redAt: Int, greenAt: Int,
    placeAt: Int? = nil, bias: [Float], shape: [Int], transposed: [Int]? = nil
  ) throws -> String {
    let window = kernel[0] * kernel[1]
    var weights = [Float](repeating: 0, count: channels * 3 * window)
    for place in 0..<window {
      if let placeAt {
        weights[placeAt * 3 * window + place] = 8 / Float(window)
        weights[(placeAt * 3 + 1) * window + place] = 8 / Float(window)
      }
      weights[redAt * 3 * window + place] = red / Float(window)
      weights[(greenAt * 3 + 1) * window + place] = 0.9 / Float(window)
    }
    var nodes = [
      ModelNode(
        "Conv", name: "conv", inputs: ["image", "w", "b"], outputs: ["tiles"],
        attributes: ["strides": .ints(stride)]),
      ModelNode(
        "Reshape", name: "flat", inputs: ["tiles", "to"],
        outputs: [transposed == nil ? "out" : "flat"]),
    ]
    var outer = shape
    if let transposed {
      nodes.append(
        ModelNode(
          "Transpose", name: "turn", inputs: ["flat"], outputs: ["out"],
          attributes: ["perm": .ints(transposed)]))
      outer = transposed.map { shape[$0] }
    }
    let model = Model(
      graph: ModelGraph(
        name: name, nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [.fixed(1), .fixed(3)]
              + (hasOpenSides
                ? [.symbolic("height"), .symbolic("width")] : [.fixed(16), .fixed(16)]))
        ],
        outputs: [
          ModelValue(name: "out", elementType: .float32, dimensions: outer.map { .fixed($0) })
        ],
        initializers: [
          ModelTensor(
            name: "w", elementType: .float32, dims: [channels, 3] + kernel, values: weights),
          ModelTensor(name: "b", elementType: .float32, dims: [channels], values: bias),
          ModelTensor(
            name: "to", elementType: .int64, dims: [shape.count], values: shape.map(Int64.init)),
        ]), opset: 13)
    let path = folder.file("\(name).onnx")
    try model.write(to: path)
    return path
  }
}
