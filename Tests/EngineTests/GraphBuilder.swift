import CalibrantEngine
import CalibrantONNXFormat
import TestSupport

/// Models small enough to write down, with seeded weights.
struct GraphBuilder {
  var nodes: [ModelNode] = []
  var initializers: [ModelTensor] = []
  var inputs: [ModelValue] = []
  private var random = SeededRandom(seed: 5)

  init(input dims: [Int?] = [nil, 3, 6, 6]) { input("x", dims) }

  mutating func input(_ name: String, _ dims: [Int?], _ type: ElementType = .float32) {
    inputs.append(
      ModelValue(
        name: name, elementType: type,
        dimensions: dims.map { $0.map { .fixed($0) } ?? .symbolic("N") }))
  }

  mutating func weights(_ name: String, _ dims: [Int], in range: ClosedRange<Float> = -1...1) {
    let (low, high) = (range.lowerBound, range.upperBound)
    let values = random.floats(dims.reduce(1, *)).map { low + ($0 + 1) / 2 * (high - low) }
    constant(name, values, dims)
  }

  mutating func constant(_ name: String, _ values: [Float], _ dims: [Int]) {
    initializers.append(
      ModelTensor(name: name, elementType: .float32, dims: dims, values: values))
  }

  mutating func integers(_ name: String, _ values: [Int64]) {
    initializers.append(
      ModelTensor(name: name, elementType: .int64, dims: [values.count], values: values))
  }

  mutating func node(
    _ opType: String, _ inputs: [String], _ outputs: String...,
    attributes: [String: AttributeValue] = [:]
  ) {
    nodes.append(
      ModelNode(
        opType, name: "\(opType)_\(outputs[0])", inputs: inputs, outputs: outputs,
        attributes: attributes))
  }

  /// A 3 × 3 convolution that keeps height and width.
  mutating func conv(_ input: String, _ output: String, channels: (Int, Int) = (3, 3)) {
    weights(output + "_w", [channels.1, channels.0, 3, 3])
    weights(output + "_b", [channels.1])
    node(
      "Conv", [input, output + "_w", output + "_b"], output,
      attributes: ["pads": .ints([1, 1, 1, 1])])
  }

  mutating func batchNormalization(_ input: String, _ output: String, channels: Int = 3) {
    for parameter in ["_scale", "_bias", "_mean"] { weights(output + parameter, [channels]) }
    weights(output + "_var", [channels], in: 0.5...2)
    node(
      "BatchNormalization",
      [input] + ["_scale", "_bias", "_mean", "_var"].map { output + $0 }, output)
  }

  /// QuantizeLinear to uint8.
  mutating func quantize(
    _ input: String, _ output: String, scale: Float = 0.02, zeroPoint: UInt8 = 128
  ) {
    parameters(output, scale, zeroPoint)
    node("QuantizeLinear", [input, output + "_scale", output + "_zero"], output)
  }

  mutating func dequantize(
    _ input: String, _ output: String, scale: Float = 0.02, zeroPoint: UInt8 = 128
  ) {
    parameters(output, scale, zeroPoint)
    node("DequantizeLinear", [input, output + "_scale", output + "_zero"], output)
  }

  private mutating func parameters(_ name: String, _ scale: Float, _ zeroPoint: UInt8) {
    constant(name + "_scale", [scale], [])
    initializers.append(
      ModelTensor(name: name + "_zero", elementType: .uint8, dims: [], values: [zeroPoint]))
  }

  func model(_ outputs: String..., opset: Int = 13) -> Model {
    Model(
      graph: ModelGraph(
        name: "small", nodes: nodes, inputs: inputs,
        outputs: outputs.map {
          ModelValue(name: $0, elementType: .float32, dimensions: [.unknown])
        }, initializers: initializers), opset: opset)
  }
}

/// A batch of seeded values in −1..<1.
func images(_ count: Int, _ dims: [Int] = [3, 6, 6]) -> Tensor {
  var random = SeededRandom(seed: 77)
  return Tensor(random.floats(count * dims.reduce(1, *)), shape: Shape([count] + dims))
}

/// All outputs of a program, as floats.
func floats(_ program: Program, _ inputs: [Tensor]) throws -> [[Float]] {
  var session = Session(program)
  return try session.run(inputs).map { $0.array(of: Float.self) }
}

func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "Compared outputs have the same size.")
  return zip(a, b).map { abs($0 - $1) }.max() ?? 0
}
