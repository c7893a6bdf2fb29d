import CalibrantEngine
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantQuantization

/// Weights of which no two products leave 16 bits together.
@Suite struct SaturationSafetyTests {
  struct Layer: Sendable {
    var channels = 8
    var outputs = 6
    var kernel = 3
    var group = 1
    /// The channel whose weights are all zero.
    var zero = 1
    var granularity = Granularity.perChannel
  }

  static let layers = [
    Layer(), Layer(channels: 3), Layer(channels: 7, kernel: 1), Layer(channels: 1, kernel: 3),
    Layer(channels: 8, group: 2), Layer(channels: 5, granularity: .perTensor),
    Layer(channels: 20, kernel: 1, granularity: .perTensor),
  ]

  /// Large weights, so that many pairs leave their bounds.
  private static func weights(_ layer: Layer) -> [Float] {
    let depth = layer.channels / layer.group * layer.kernel * layer.kernel
    var random = SeededRandom(seed: UInt64(layer.channels * 7 + layer.kernel))
    return random.floats(layer.outputs * depth).enumerated().map { index, value in
      index / depth == layer.zero ? 0 : value < 0 ? value - 1 : value + 1
    }
  }

  private static func violations(_ codes: [Int8], _ layer: Layer) -> Int {
    let (channels, taps) = (layer.channels / layer.group, layer.kernel * layer.kernel)
    let depth = channels * taps
    var count = 0
    for output in 0..<codes.count / max(depth, 1) {
      // Position by position, channels fastest.
      let row = (0..<depth).map {
        Int(codes[output * depth + $0 % channels * taps + $0 / channels])
      }
      for k in stride(from: 0, to: depth - 1, by: 2) {
        let (a, b) = (row[k], row[k + 1])
        if max(a, 0) + max(b, 0) > 128 || min(a, 0) + min(b, 0) < -128 { count += 1 }
      }
    }
    return count
  }

  private static func order(_ layer: Layer) -> PairOrder {
    PairOrder(channels: layer.channels / layer.group, positions: layer.kernel * layer.kernel)
  }

  @Test(arguments: layers) func optimalRoundingKeepsTheBound(_ layer: Layer) throws {
    let depth = layer.channels / layer.group * layer.kernel * layer.kernel
    let weights = Self.weights(layer).map(Double.init)
    var random = SeededRandom(seed: 9)
    let factors = random.floats(depth * depth).map(Double.init)
    let hessian = (0..<depth * depth).map { index in
      let (i, j) = (index / depth, index % depth)
      return (0..<depth).reduce(i == j ? 0.1 : 0) {
        $0 + factors[i * depth + $1] * factors[j * depth + $1]
      }
    }
    let problem = try #require(
      RoundingProblem(
        weights: weights, columns: depth,
        inputs: InputCovariance(quantized: hessian, repaired: nil, columns: depth), damping: 0.01))
    let window = CodeWindow(grid: WeightScheme(bits: 8).grid())
    var rounding = OptimalRounding(window: window)
    if layer.granularity == .perTensor {
      rounding.shared = (window.coveringScale(weights[...]), -127)
    }
    rounding.pairs = Self.order(layer)
    let rows = rounding.solve(problem, rows: 0..<layer.outputs)
    var codes = [Int8](repeating: 0, count: layer.outputs * depth)
    for index in codes.indices {
      codes[index / depth * depth + problem.order[index % depth]] = Int8(rows.codes[index])
    }
    #expect(Self.violations(codes, layer) == 0)
    #expect(SaturatingPairs(codes, Self.order(layer)).isEmpty)
  }

  @Test(arguments: layers) func calibrationMakesFilesThatNothingClamps(_ layer: Layer) throws {
    let model = Self.model(layer)
    for rounding in WeightRounding.allCases {
      let free = try Self.quantized(model, layer, .never, rounding)
      #expect(try !SaturationRisk.all(in: free.model).isEmpty)
      let safe = try Self.quantized(model, layer, .always, rounding)
      #expect(try SaturationRisk.all(in: safe.model).isEmpty)
      #expect(safe.layers[0].isSaturationSafe && !free.layers[0].isSaturationSafe)
    }
  }

  private struct Images: WalkInput {
    let layer: Layer
    let sampleCount = 20
    var unitCount: Int { 5 }
    func samples(in unit: Int) -> Int { 4 }
    func inputs(_ unit: Int) throws -> [Tensor] {
      var random = SeededRandom(seed: UInt64(40 + unit))
      return [Tensor(random.floats(4 * layer.channels * 36), shape: [4, layer.channels, 6, 6])]
    }
  }

  private static func quantized(
    _ model: Model, _ layer: Layer, _ safety: SaturationSafety, _ rounding: WeightRounding
  ) throws -> QuantizedModel {
    let scheme = Scheme(
      weights: WeightScheme(bits: 8, granularity: layer.granularity),
      activations: .asymmetricUInt8)
    let ranges = ActivationRanges(tensors: ["x": ValueRange(-1, 1), "y": ValueRange(-60, 60)])
    var options = WalkOptions()
    options.rounding = rounding
    options.saturationSafety = safety
    let quantizer = Quantizer(scheme: scheme)
    let walk = try SequentialWalk(
      PreparedModel(model), quantizer: quantizer, ranges: ranges, fallback: ActivationRanges(),
      options: options)
    let calibration = try walk.run(on: Images(layer: layer), executor: SerialExecutor())
    return try quantizer.quantize(model, ranges: ranges, calibration: calibration)
  }

  private static func model(_ layer: Layer) -> Model {
    let pad = layer.kernel / 2
    return Model(
      graph: ModelGraph(
        name: "layer",
        nodes: [
          ModelNode(
            "Conv", name: "conv", inputs: ["x", "w"], outputs: ["y"],
            attributes: ["group": .int(layer.group), "pads": .ints([pad, pad, pad, pad])]),
          // Its reader makes the output's codes worth having.
          ModelNode("Conv", name: "next", inputs: ["y", "v"], outputs: ["z"]),
        ],
        inputs: [
          ModelValue(
            name: "x", elementType: .float32,
            dimensions: [.symbolic("N"), .fixed(layer.channels), .fixed(6), .fixed(6)])
        ],
        outputs: [ModelValue(name: "z", elementType: .float32, dimensions: [.unknown])],
        initializers: [
          ModelTensor(
            name: "w", elementType: .float32,
            dims: [layer.outputs, layer.channels / layer.group, layer.kernel, layer.kernel],
            values: weights(layer)),
          ModelTensor(
            name: "v", elementType: .float32, dims: [1, layer.outputs, 1, 1],
            values: [Float](repeating: 0.5, count: layer.outputs)),
        ]), opset: 13)
  }
}
