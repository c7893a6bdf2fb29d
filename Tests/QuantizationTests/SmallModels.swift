import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import Testing

/// Models small enough to write down, with seeded weights.
struct ModelBuilder {
  var nodes: [ModelNode] = []
  var initializers: [ModelTensor] = []
  private var seed: UInt64 = 3

  mutating func weights(_ name: String, _ dims: [Int], scale: Float = 0.3, shift: Float = 0) {
    seed += 1
    let values = Samples.bell(seed: seed, count: dims.reduce(1, *)).map { $0 * scale + shift }
    constant(name, values, dims)
  }

  mutating func constant(_ name: String, _ values: [Float], _ dims: [Int]) {
    initializers.append(
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values))
  }

  mutating func integers(_ name: String, _ values: [Int]) {
    initializers.append(
      ModelTensor(
        name: name, elementType: .int64, dims: [values.count], values: values.map(Int64.init)))
  }

  mutating func node(
    _ opType: String, _ inputs: [String], _ output: String,
    _ attributes: [String: AttributeValue] = [:]
  ) {
    nodes.append(
      ModelNode(
        opType, name: "\(opType)_\(output)", inputs: inputs, outputs: [output],
        attributes: attributes))
  }

  mutating func batchNormalization(_ input: String, _ output: String, channels: Int) {
    weights(output + "_gamma", [channels], scale: 0.2, shift: 1)
    weights(output + "_beta", [channels])
    weights(output + "_mean", [channels])
    constant(output + "_var", (0..<channels).map { 0.5 + Float($0) / 4 }, [channels])
    node(
      "BatchNormalization",
      [input] + ["_gamma", "_beta", "_mean", "_var"].map { output + $0 }, output,
      ["epsilon": .float(1e-3)])
  }

  func model(opset: Int = 13, input: [Int] = [3, 8, 8], output: String = "logits") -> Model {
    let batch: [CalibrantONNXFormat.Dimension] = [.symbolic("N")]
    return Model(
      graph: ModelGraph(
        name: "small", nodes: nodes,
        inputs: [
          ModelValue(
            name: "image", elementType: .float32,
            dimensions: batch + input.map { CalibrantONNXFormat.Dimension.fixed($0) })
        ],
        outputs: [
          ModelValue(name: output, elementType: .float32, dimensions: batch + [.fixed(5)])
        ],
        initializers: initializers),
      opset: opset)
  }
}

enum SmallModels {
  /// Convolutions with batch norm, a residual, a depthwise layer, a concatenation, pooling, a
  /// flattening by shape arithmetic, and a classifier.
  static func mixed() -> Model {
    var b = ModelBuilder()
    b.weights("w1", [8, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "c1", ["pads": .ints([1, 1, 1, 1])])
    b.batchNormalization("c1", "n1", channels: 8)
    b.node("Relu", ["n1"], "r1")
    b.weights("w2", [8, 1, 3, 3])
    b.weights("b2", [8])
    b.node(
      "Conv", ["r1", "w2", "b2"], "c2", ["pads": .ints([1, 1, 1, 1]), "group": .int(8)])
    b.batchNormalization("c2", "n2", channels: 8)
    b.node("Add", ["n2", "r1"], "sum")
    b.node("Relu", ["sum"], "r2")
    b.node("MaxPool", ["r2"], "pool", ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
    b.weights("w3", [4, 8, 1, 1])
    b.weights("b3", [4])
    b.node("Conv", ["pool", "w3", "b3"], "c3")
    b.node("Relu", ["c3"], "r3")
    b.node("Concat", ["pool", "r3"], "cat", ["axis": .int(1)])
    b.node("GlobalAveragePool", ["cat"], "gap")
    b.node("Identity", ["gap"], "same")
    b.node("Shape", ["same"], "shape")
    b.integers("zero", [0])
    b.integers("minus", [-1])
    b.node("Gather", ["shape", "zero"], "batch", ["axis": .int(0)])
    b.node("Concat", ["batch", "minus"], "target", ["axis": .int(0)])
    b.node("Reshape", ["same", "target"], "flat")
    b.weights("w4", [5, 12])
    b.weights("b4", [5])
    b.node("Gemm", ["flat", "w4", "b4"], "logits", ["transB": .int(1)])
    return b.model()
  }

  /// A transposed convolution between a convolution and a classifier.
  static func upsampling() -> Model {
    var b = ModelBuilder()
    b.weights("w1", [8, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "c1")
    b.node("Relu", ["c1"], "r1")
    b.weights("w2", [8, 6, 2, 2])
    b.weights("b2", [6])
    b.node("ConvTranspose", ["r1", "w2", "b2"], "t", ["strides": .ints([2, 2])])
    b.node("Relu", ["t"], "r2")
    b.node("GlobalAveragePool", ["r2"], "gap")
    b.node("Flatten", ["gap"], "flat")
    b.weights("w3", [5, 6])
    b.weights("b3", [5])
    b.node("Gemm", ["flat", "w3", "b3"], "logits", ["transB": .int(1)])
    return b.model()
  }

  static let images = Tensor(Samples.bell(seed: 99, count: 4 * 192), shape: [4, 3, 8, 8])

  static func run(_ model: Model, optimizing: Bool = true) throws -> [Float] {
    var session = Session(try Program(model, optimizing: optimizing))
    return try session.run([images])[0].array(of: Float.self)
  }
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "Compared outputs have the same size.")
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
