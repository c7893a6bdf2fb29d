import CalibrantEngine
import CalibrantHarness
import CalibrantONNXFormat
import TestSupport

/// A model of 4 classes over square images, whose flattening goes by shape arithmetic.
enum SmallClassifier {
  static func model(batch: Dimension = .symbolic("N"), side: Int = 4) -> Model {
    var random = SeededRandom(seed: 8)
    func weights(_ name: String, _ dims: [Int]) -> ModelTensor {
      ModelTensor(
        name: name, elementType: .float32, dims: dims, values: random.floats(dims.reduce(1, *)))
    }
    func index(_ name: String, _ value: Int64) -> ModelTensor {
      ModelTensor(name: name, elementType: .int64, dims: [1], values: [value])
    }
    let nodes = [
      ModelNode("Conv", name: "conv", inputs: ["image", "w"], outputs: ["c"]),
      ModelNode("Relu", name: "relu", inputs: ["c"], outputs: ["r"]),
      ModelNode("Shape", name: "shape", inputs: ["r"], outputs: ["s"]),
      ModelNode("Gather", name: "rows", inputs: ["s", "zero"], outputs: ["n"]),
      ModelNode(
        "Concat", name: "to", inputs: ["n", "minus"], outputs: ["t"],
        attributes: ["axis": .int(0)]),
      ModelNode("Reshape", name: "flat", inputs: ["r", "t"], outputs: ["f"]),
      ModelNode("Gemm", name: "fc", inputs: ["f", "v"], outputs: ["scores"]),
    ]
    return Model(
      graph: ModelGraph(
        name: "small", nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: [batch, .fixed(3), .fixed(side), .fixed(side)])
        ],
        outputs: [ModelValue(name: "scores", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          weights("w", [2, 3, 3, 3]), weights("v", [2 * (side - 2) * (side - 2), 4]),
          index("zero", 0), index("minus", -1),
        ]), opset: 13)
  }
}

/// Seeded samples of a given shape; each is the same whatever is asked before it.
struct SeededSamples: SampleSource {
  var count: Int
  var sampleShape = [3, 4, 4]
  var scale: Float = 1
  /// The number of the first sample.
  var first = 0

  func sample(_ index: Int) -> [Float] {
    var random = SeededRandom(seed: UInt64(first + index) + 1000)
    return random.floats(sampleSize).map { $0 * scale }
  }

  func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) throws {
    _ = values.update(fromContentsOf: sample(index))
  }
}
