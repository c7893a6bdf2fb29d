import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantEngine

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
    var weightZeroPoint = 0
    /// Spatial ones: the first of three has size 1, one is two in a row.
    var axes = 2

    var testDescription: String {
      "\(channels)→\(outputs), \(group) groups, \(kernel)×\(kernel)/\(stride), z \(zeroPoint), ±\(bound)"
        + ", z_w \(weightZeroPoint), \(axes) axes"
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
    Layer(weightZeroPoint: -128), Layer(channels: 5, outputs: 3, weightZeroPoint: 7),
    Layer(axes: 3), Layer(channels: 6, outputs: 4, group: 2, isSigned: true, axes: 3),
    Layer(kernel: 1, pad: 0, weightZeroPoint: 3, axes: 1),
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

  @Test(arguments: [0, 100], [false, true])
  func clampedMatrixProducts(weightZeroPoint: Int, staysInFloat: Bool) throws {
    let (rows, k, n, zeroPoint) = (3, 37, 18, 120)
    var random = SeededRandom(seed: 8)
    let x = (0..<rows * k).map { _ in UInt8.random(in: 0...255, using: &random) }
    // N × K.
    let w = (0..<n * k).map { _ in Int16.random(in: -127...127, using: &random) }
    var b = GraphBuilder(input: [rows, k])
    b.quantize("x", "q", scale: 1, zeroPoint: UInt8(zeroPoint))
    b.dequantize("q", "d", scale: 1, zeroPoint: UInt8(zeroPoint))
    b.initializers += [
      ModelTensor(
        name: "w", elementType: .int8, dims: [k, n],
        values: (0..<k * n).map { Int8(w[$0 % n * k + $0 / n]) }),
      ModelTensor(
        name: "wz", elementType: .int8, dims: [], values: [Int8(weightZeroPoint)]),
    ]
    b.constant("ws", [0.5], [])
    b.node("DequantizeLinear", ["w", "ws", "wz"], "wd")
    b.node("MatMul", ["d", "wd"], "m")
    if staysInFloat {
      b.node("Identity", ["m"], "y")
    } else {
      b.quantize("m", "mq", scale: 500, zeroPoint: 128)
      b.dequantize("mq", "y", scale: 500, zeroPoint: 128)
    }
    let bias = [Int32](repeating: 0, count: n)
    let shifts = [Int16](repeating: Int16(weightZeroPoint), count: k * n)
    let stored = CodeOracle.clampedMatrix(x, zeroPoint: zeroPoint, w, bias, k: k)
    let moved = CodeOracle.matrix(x, zeroPoint: zeroPoint, shifts, bias, k: k)
    let exact = CodeOracle.matrix(x, zeroPoint: zeroPoint, w, bias, k: k)
    let values = zip(stored, moved).map { sum, shift in
      let value = Float(sum - shift) * 0.5
      guard !staysInFloat else { return value }
      return min(max((value / 500).rounded(.toNearestOrEven), -128), 127) * 500
    }
    let input = Tensor(x.map { Float($0) - Float(zeroPoint) }, shape: [rows, k])
    let program = try Program(b.model("y"), hardware: .noVNNI, countingClamps: true)
    #expect(try floats(program, [input]) == [values])
    let clamped = zip(stored, exact).count { $0 != $1 }
    #expect(clamped > 0)
    #expect(program.clampedShares == ["MatMul_m": Double(clamped) / Double(rows * n)])
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

  /// What stands between codes and a layer only moves them, here and there beside what observes the layer.
  @Test func codesThatAreMovedOnTheWay() throws {
    let sample = Sample(Layer(channels: 4, outputs: 6, pad: 0))
    let file = sample.surrounded
    let expected = sample.expected(clamped: true)
    #expect(expected != sample.expected(clamped: false))
    for observing in [[], ["o"]] {
      let program = try Program(file, observing: observing, hardware: .noVNNI)
      #expect(program.graph.nodes.contains { $0.opType == "CodeConv" && $0.clampsPairs })
      #expect(try codes(program, sample) == expected)
    }
    #expect(try SaturationRisk.all(in: file) == SaturationRisk.all(in: sample.file))
  }

  @Test func layersThatNoInputClampsTakeAnyKernel() throws {
    let program = try Program(Sample(Layer(bound: 64)).file, hardware: .noVNNI)
    #expect(program.graph.nodes.allSatisfy { !$0.clampsPairs })
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
  private var weightZeroPoint: Int { layer.weightZeroPoint }
  private var depth: Int { layer.channels / layer.group * layer.kernel * layer.kernel }
  private var outSide: Int { (side + 2 * layer.pad - layer.kernel) / layer.stride + 1 }
  private var dtype: ElementType { layer.isSigned ? .int8 : .uint8 }

  var input: Tensor {
    let shape = Shape([batch, layer.channels] + spatial(side, side))
    return layer.isSigned
      ? Tensor(x.map { Int8($0) }, shape: shape) : Tensor(x.map { UInt8($0) }, shape: shape)
  }

  /// What stands for two axes.
  private func spatial(_ height: Int, _ width: Int, unit: Int = 1) -> [Int] {
    switch layer.axes {
    case 1: [height * width]
    case 3: [unit, height, width]
    default: [height, width]
    }
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
          sum += Int(bias[output]) - weightZeroPoint * factors.reduce(0, +)
          sum -= (layer.zeroPoint + shift) * (row.reduce(0, +) - depth * weightZeroPoint)
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
    let pads = layer.axes == 1 ? [0] : spatial(layer.pad, layer.pad, unit: 0)
    let strides = layer.axes == 1 ? [1] : spatial(layer.stride, layer.stride)
    return [
      "group": .int(layer.group), "strides": .ints(strides), "pads": .ints(pads + pads),
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
        dims: [layer.outputs, layer.channels / layer.group] + spatial(layer.kernel, layer.kernel),
        values: weights.map { Int8($0) }),
      ModelTensor(name: "ws", elementType: .float32, dims: [layer.outputs], values: scales),
      ModelTensor(
        name: "wz", elementType: .int8, dims: [layer.outputs],
        values: [Int8](repeating: Int8(weightZeroPoint), count: layer.outputs)),
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

  /// With operators that keep codes between the layer and its neighbours.
  var surrounded: Model {
    var nodes = file.graph.nodes
    let once: [String: AttributeValue] = ["kernel_shape": .ints([1, 1])]
    nodes[0].outputs = ["xm"]
    nodes[4].inputs[0] = "om"
    nodes.insert(
      ModelNode("MaxPool", name: "", inputs: ["xm"], outputs: ["xd"], attributes: once), at: 1)
    nodes.insert(
      ModelNode(
        "Transpose", name: "", inputs: ["o"], outputs: ["om"],
        attributes: ["perm": .ints([0, 1, 2, 3])]), at: 5)
    return model(nodes)
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
            dimensions: input.shape.dims.map { .fixed($0) })
        ],
        outputs: [ModelValue(name: "y", elementType: dtype, dimensions: [.unknown])],
        initializers: constants), opset: 13)
  }
}
