import ONNXFormat
import TestSupport
import Testing

@testable import Engine

/// Layers of codes against the plain sums that METHODS of x86 without VNNI are defined by: window position by position,
/// channels fastest, two products at a time clamped to 16 bits.
@Suite struct IntegerSumsTests {
  struct Layer: Sendable, CustomTestStringConvertible {
    var channels = 8
    var outputs = 16
    var group = 1
    var kernel = 3
    var stride = 1
    var pad = 1
    var isSigned = false
    var zeroPoint = 100
    /// Weights are drawn from −bound…bound.
    var bound = 127

    var testDescription: String {
      "\(channels)→\(outputs), \(group) groups, \(kernel)×\(kernel)/\(stride), z \(zeroPoint), ±\(bound)"
    }
  }

  static let layers = [
    Layer(), Layer(channels: 3, outputs: 5, stride: 2), Layer(kernel: 1, pad: 0),
    Layer(channels: 7, outputs: 9, kernel: 1, pad: 0), Layer(channels: 8, outputs: 12, group: 4),
    Layer(channels: 6, outputs: 6, group: 6), Layer(channels: 4, outputs: 8, group: 4),
    Layer(channels: 16, isSigned: true, zeroPoint: -3), Layer(zeroPoint: 0),
    Layer(channels: 20, outputs: 33, kernel: 2, stride: 2, pad: 0), Layer(bound: 64),
    // Sums beyond what a float holds.
    Layer(channels: 512, outputs: 2, zeroPoint: 255),
  ]

  @Test(arguments: layers) func clampedSums(_ layer: Layer) throws {
    let sample = Sample(layer)
    let program = try Program(sample.file, hardware: .noVNNI)
    #expect(try codes(program, sample) == sample.expected(clamped: true))
    let counting = try Program(sample.file, hardware: .noVNNI, countingClamps: true)
    #expect(try codes(counting, sample) == sample.expected(clamped: true))
    let changed = sample.expected(clamped: true) != sample.expected(clamped: false)
    #expect(!changed || counting.clampedShares["layer"] ?? 0 > 0)
    let written = try Program(sample.file, optimizing: false, hardware: .noVNNI)
    #expect(try codes(written, sample) == sample.expected(clamped: true))
  }

  @Test(arguments: layers) func codeOperators(_ layer: Layer) throws {
    let sample = Sample(layer)
    #expect(
      try codes(Program(sample.operators), sample) == sample.expected(clamped: false))
    #expect(
      try codes(Program(sample.operators, hardware: .noVNNI), sample)
        == sample.expected(clamped: true))
  }

  @Test(arguments: layers) func risksAreTheChannelsThatSomeInputClamps(_ layer: Layer) throws {
    let sample = Sample(layer)
    let risks = try SaturationRisk.all(in: sample.file)
    #expect(risks == (try SaturationRisk.all(in: sample.operators)))
    #expect(risks.first?.channels ?? 0 == sample.channelsAtRisk)
    if sample.channelsAtRisk == 0 {
      #expect(sample.expected(clamped: true) == sample.expected(clamped: false))
    } else {
      #expect(risks[0].layer == "layer" && risks[0].channelCount == layer.outputs)
    }
  }

  @Test(arguments: [
    ConvolutionShape(
      batch: 1, inChannels: 19, height: 7, width: 9, outChannels: 40, group: 1, kernelHeight: 3,
      kernelWidth: 2, outHeight: 5, outWidth: 8)
  ])
  func everyInstructionSetClampsAlike(_ shape: ConvolutionShape) {
    var random = SeededRandom(seed: 3)
    let input = random.floats(32 * 63).map { ($0 * 127).rounded() }
    let weights = random.floats(40 * shape.depth).map { Int8($0 * 127) }
    let layer = IntegerLayer(
      inputScale: 1, inputZeroPoint: 128, weightZeroPoint: 0, clampsPairs: true,
      countsClamps: false, output: nil)
    let results = BlockLoops.available.map { loops in
      var output = [Float](repeating: 0, count: 48 * 40)
      let requantization = ColumnRequantization(
        layer, scales: [Float](repeating: 1, count: 40), bias: [Int32](repeating: 3, count: 40),
        columns: 48)
      CodeConvolution(
        shape: shape, layer: layer,
        strips: CodeStrip.all(shape, weights, blocksAtOnce: loops.blocksAtOnce), isBlocked: true,
        requantization: requantization, loops: loops
      ).run(input, into: &output, workers: Workers(2))
      return output
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  private func codes(_ program: Program, _ sample: Sample) throws -> [Int] {
    var session = Session(program)
    return try session.run([sample.input])[0].integers ?? []
  }
}

/// One layer with seeded codes.
private struct Sample {
  let layer: IntegerSumsTests.Layer
  let x: [Int]
  let weights: [Int]
  let bias: [Int32]
  let scales: [Float]
  let side = 6
  let batch = 2
  let outputScale: Float
  let outputZero: Int

  init(_ layer: IntegerSumsTests.Layer) {
    var random = SeededRandom(seed: UInt64(layer.channels * 31 + layer.outputs))
    func integers(_ count: Int, _ range: ClosedRange<Int>) -> [Int] {
      random.floats(count).map { value in
        let share = (Double(value) + 1) / 2
        return min(range.upperBound, range.lowerBound + Int(share * Double(range.count)))
      }
    }
    self.layer = layer
    let depth = layer.channels / layer.group * layer.kernel * layer.kernel
    x = integers(batch * layer.channels * side * side, layer.isSigned ? -128...127 : 0...255)
    weights = integers(layer.outputs * depth, -layer.bound...layer.bound)
    bias = integers(layer.outputs, -5000...5000).map { Int32($0) }
    scales = (0..<layer.outputs).map { 0.001 * Float($0 + 1) }
    outputScale = 0.02 * Float(layer.outputs) * Float(depth).squareRoot()
    outputZero = layer.isSigned ? 5 : 130
  }

  private let inputScale: Float = 0.03
  private var depth: Int { layer.channels / layer.group * layer.kernel * layer.kernel }
  private var outSide: Int { (side + 2 * layer.pad - layer.kernel) / layer.stride + 1 }
  private var dtype: ElementType { layer.isSigned ? .int8 : .uint8 }

  var input: Tensor {
    let shape = Shape([batch, layer.channels, side, side])
    return layer.isSigned
      ? Tensor(x.map { Int8($0) }, shape: shape) : Tensor(x.map { UInt8($0) }, shape: shape)
  }

  /// By output, its weights position by position, channels fastest.
  private func ordered(_ output: Int) -> [Int] {
    let (channels, taps) = (layer.channels / layer.group, layer.kernel * layer.kernel)
    return (0..<depth).map { weights[output * depth + $0 % channels * taps + $0 / channels] }
  }

  var channelsAtRisk: Int {
    guard layer.channels > layer.group || layer.outputs > layer.group else { return 0 }
    return (0..<layer.outputs).count { output in
      let row = ordered(output)
      return stride(from: 0, to: depth - 1, by: 2).contains { k in
        let pair = [row[k], row[k + 1]]
        return pair.reduce(0) { $0 + 255 * max($1, 0) } > 32767
          || pair.reduce(0) { $0 + 255 * min($1, 0) } < -32768
      }
    }
  }

  func expected(clamped: Bool) -> [Int] {
    let isDepthwise = layer.channels == layer.group && layer.outputs == layer.group
    let shift = layer.isSigned ? 128 : 0
    var result: [Int] = []
    for image in 0..<batch {
      for output in 0..<layer.outputs {
        let row = ordered(output)
        for place in 0..<outSide * outSide {
          let factors = window(image, output, place).map { $0 + shift }
          var sum = 0
          for k in stride(from: 0, to: depth, by: 2) {
            var pair = factors[k] * row[k]
            if k + 1 < depth { pair += factors[k + 1] * row[k + 1] }
            sum += clamped && !isDepthwise ? min(max(pair, -32768), 32767) : pair
          }
          sum += Int(bias[output]) - (layer.zeroPoint + shift) * row.reduce(0, +)
          let factor = inputScale * scales[output] / outputScale
          let steps = Int((Float(sum) * factor).rounded(.toNearestOrEven)) + outputZero
          result.append(layer.isSigned ? min(max(steps, -128), 127) : min(max(steps, 0), 255))
        }
      }
    }
    return result
  }

  /// The codes under an output's window, position by position, channels fastest; the zero point outside.
  private func window(_ image: Int, _ output: Int, _ place: Int) -> [Int] {
    let channels = layer.channels / layer.group
    let first = output / (layer.outputs / layer.group) * channels
    let (top, left) = (
      place / outSide * layer.stride - layer.pad, place % outSide * layer.stride - layer.pad
    )
    return (0..<depth).map { k in
      let (tap, channel) = (k / channels, first + k % channels)
      let (y, x) = (top + tap / layer.kernel, left + tap % layer.kernel)
      guard (0..<side).contains(y), (0..<side).contains(x) else { return layer.zeroPoint }
      return self.x[((image * layer.channels + channel) * side + y) * side + x]
    }
  }

  private var attributes: [String: AttributeValue] {
    [
      "group": .int(layer.group), "strides": .ints([layer.stride, layer.stride]),
      "pads": .ints([Int](repeating: layer.pad, count: 4)),
    ]
  }

  private func tensor(_ name: String, _ value: Int, _ type: ElementType) -> ModelTensor {
    ModelTensor(name: name, elementType: type, dims: [], values: [UInt8(truncatingIfNeeded: value)])
  }

  private var constants: [ModelTensor] {
    [
      ModelTensor(name: "xs", elementType: .float32, dims: [], values: [inputScale]),
      tensor("xz", layer.zeroPoint, dtype),
      ModelTensor(
        name: "w", elementType: .int8,
        dims: [layer.outputs, layer.channels / layer.group, layer.kernel, layer.kernel],
        values: weights.map { Int8($0) }),
      ModelTensor(name: "ws", elementType: .float32, dims: [layer.outputs], values: scales),
      ModelTensor(
        name: "wz", elementType: .int8, dims: [layer.outputs],
        values: [Int8](repeating: 0, count: layer.outputs)),
      ModelTensor(name: "ys", elementType: .float32, dims: [], values: [outputScale]),
      tensor("yz", outputZero, dtype),
      ModelTensor(name: "b", elementType: .int32, dims: [layer.outputs], values: bias),
      ModelTensor(
        name: "bs", elementType: .float32, dims: [layer.outputs],
        values: scales.map { inputScale * $0 }),
    ]
  }

  /// DequantizeLinear, Conv, QuantizeLinear.
  var file: Model {
    model([
      ModelNode("DequantizeLinear", name: "", inputs: ["x", "xs", "xz"], outputs: ["xd"]),
      ModelNode(
        "DequantizeLinear", name: "", inputs: ["w", "ws", "wz"], outputs: ["wd"],
        attributes: ["axis": .int(0)]),
      ModelNode(
        "DequantizeLinear", name: "", inputs: ["b", "bs"], outputs: ["bd"],
        attributes: ["axis": .int(0)]),
      ModelNode(
        "Conv", name: "layer", inputs: ["xd", "wd", "bd"], outputs: ["o"], attributes: attributes),
      ModelNode("QuantizeLinear", name: "", inputs: ["o", "ys", "yz"], outputs: ["y"]),
    ])
  }

  /// QLinearConv.
  var operators: Model {
    model([
      ModelNode(
        "QLinearConv", name: "layer",
        inputs: ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], outputs: ["y"],
        attributes: attributes)
    ])
  }

  private func model(_ nodes: [ModelNode]) -> Model {
    Model(
      graph: ModelGraph(
        name: "layer", nodes: nodes,
        inputs: [
          ModelValue(
            name: "x", elementType: dtype,
            dimensions: [batch, layer.channels, side, side].map { .fixed($0) })
        ],
        outputs: [ModelValue(name: "y", elementType: dtype, dimensions: [.unknown])],
        initializers: constants), opset: 13)
  }
}
