import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantQuantization

@Suite struct BlockedWeightsTests {
  private static let scheme = WeightScheme(bits: 4, usesNativeInt4: true, blockSize: 32)
  private static let quantizer = Quantizer(scheme: Scheme(weights: scheme))

  /// A convolution, a MatMul of 256 inputs, a transposed Gemm of 64, and one of 48, which blocks of 32 do not divide.
  private static func model() -> Model {
    var b = ModelBuilder()
    b.weights("w1", [4, 3, 1, 1])
    b.node("Conv", ["image", "w1"], "c1")
    b.node("Flatten", ["c1"], "flat")
    b.weights("w2", [256, 64], scale: 0.05)
    b.weights("b2", [64])
    b.node("MatMul", ["flat", "w2"], "m2")
    b.node("Add", ["m2", "b2"], "a2")
    b.node("Relu", ["a2"], "r2")
    b.weights("w3", [48, 64])
    b.weights("b3", [48])
    b.node("Gemm", ["r2", "w3", "b3"], "g3", ["transB": .int(1)])
    b.weights("w4", [48, 5])
    b.node("Gemm", ["g3", "w4"], "logits")
    return b.model()
  }

  // MARK: - Rounding

  /// What NumPy would do with `w.reshape(outputs, -1, size)`: range with zero, 15 steps, a zero point, round half to even.
  private static func reference(
    _ rows: [[Float]], size: Int
  ) -> (codes: [[Int]], scales: [[Float]], zeros: [[Int]]) {
    var result: (codes: [[Int]], scales: [[Float]], zeros: [[Int]]) = ([], [], [])
    for row in rows {
      var (codes, scales, zeros): ([Int], [Float], [Int]) = ([], [], [])
      for start in stride(from: 0, to: row.count, by: size) {
        let block = row[start..<start + size]
        let (low, high) = (min(block.min()!, 0), max(block.max()!, 0))
        let scale = Float((Double(high) - Double(low)) / 15)
        let zero = (-8 - Double(low) / Double(scale)).rounded(.toNearestOrEven)
        scales.append(scale)
        zeros.append(Int(zero))
        codes += block.map {
          Int(min(max(($0 / scale).rounded(.toNearestOrEven) + Float(zero), -8), 7))
        }
      }
      result.codes.append(codes)
      result.scales.append(scales)
      result.zeros.append(zeros)
    }
    return result
  }

  private static func transposed<T>(_ matrix: [[T]]) -> [[T]] {
    matrix[0].indices.map { column in matrix.map { $0[column] } }
  }

  @Test(arguments: [2, 4, 12]) func blocksAreRoundedOnTheirOwn(_ size: Int) {
    let values = Samples.bell(seed: 31, count: 5 * 12)
    let rows = (0..<5).map { Array(values[$0 * 12..<$0 * 12 + 12]) }
    let expected = Self.reference(rows, size: size)
    let wide = RoundToNearest.quantize(
      values, shape: [5, 12], axis: 0, blockSize: size, grid: Self.scheme.grid())
    #expect(wide.codes.map(Int.init) == expected.codes.flatMap { $0 })
    #expect(wide.scales == expected.scales.flatMap { $0 })
    #expect(wide.parameters.map(\.zeroPoint) == expected.zeros.flatMap { $0 })
    let tall = RoundToNearest.quantize(
      Self.transposed(rows).flatMap { $0 }, shape: [12, 5], axis: 1, blockSize: size,
      grid: Self.scheme.grid())
    #expect(tall.codes.map(Int.init) == Self.transposed(expected.codes).flatMap { $0 })
    #expect(tall.scales == Self.transposed(expected.scales).flatMap { $0 })
    #expect(tall.parameters.map(\.zeroPoint) == Self.transposed(expected.zeros).flatMap { $0 })
    for (weight, back) in zip(values, wide.dequantized()) { #expect(abs(weight - back) < 0.4) }
  }

  /// As many blocks as rows have inputs is one scale per channel.
  @Test func oneBlockIsPerChannel() {
    let values = Samples.bell(seed: 32, count: 60)
    let blocked = RoundToNearest.quantize(
      values, shape: [12, 5], axis: 1, blockSize: 12, grid: Self.scheme.grid())
    let plain = RoundToNearest.quantize(
      values, shape: [12, 5], axis: 1, grid: Self.scheme.grid())
    #expect(blocked.codes == plain.codes && blocked.parameters == plain.parameters)
  }

  // MARK: - Files

  private static func dequantizer(of weight: String, in model: Model) throws -> Node {
    try #require(Graph(model).nodes.first { $0.input(0) == weight + "_quantized" })
  }

  private static func dims(_ name: String, in model: Model) throws -> [Int] {
    try #require(model.graph.initializers.first { $0.name == name }).dims
  }

  @Test func scalesHaveAnEntryPerBlock() throws {
    let result = try Self.quantizer.quantize(Self.model()).model
    try result.validate()
    #expect(result.opsets[""] == 21)
    for (weight, dims, axis) in [("w2", [8, 64], 0), ("w3", [48, 2], 1)] {
      let node = try Self.dequantizer(of: weight, in: result)
      #expect(node.int("axis") == axis && node.int("block_size") == 32)
      #expect(try Self.dims(weight + "_scale", in: result) == dims)
      #expect(try Self.dims(weight + "_zero_point", in: result) == dims)
    }
    for (weight, dims, axis) in [("w1", [4], 0), ("w4", [5], 1)] {
      let node = try Self.dequantizer(of: weight, in: result)
      #expect(node.int("axis") == axis && node.int("block_size") == nil)
      #expect(try Self.dims(weight + "_scale", in: result) == dims)
    }
  }

  /// The engine's DequantizeLinear gives the weights that rounding says it left.
  @Test func fileComputesWithTheRoundedWeights() throws {
    let model = Self.model()
    var rounded = Graph(model)
    let plan = try LayerPlan(
      rounded, scheme: Self.quantizer.scheme, policy: Self.quantizer.policy)
    for (layer, bits) in plan.quantized {
      let weights = RoundToNearest.quantize(
        try #require(try rounded.floats(layer.weight)), shape: layer.shape, axis: layer.axis,
        blockSize: Self.scheme.blockSize(of: layer, bits: bits), grid: Self.scheme.grid())
      rounded.store(layer.weight, floats: weights.dequantized(), dims: layer.shape)
    }
    let file = try SmallModels.run(Self.quantizer.quantize(model).model)
    #expect(try file == SmallModels.run(rounded.model()))
    #expect(try file != SmallModels.run(model))
  }

  @Test func otherBitsHaveNoBlocks() throws {
    let quantizer = Quantizer(
      scheme: Self.quantizer.scheme, policy: Policy(layerBits: [(Glob("w2"), 8)]))
    let result = try quantizer.quantize(Self.model()).model
    #expect(try Self.dims("w2_scale", in: result) == [64])
    #expect(try Self.dims("w3_scale", in: result) == [48, 2])
    let unpacked = Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4, blockSize: 32)))
    #expect(try Self.dims("w2_scale", in: unpacked.quantize(Self.model()).model) == [64])
  }

  /// An int32 bias has the scale s_x · s_w, of which a blocked channel has several.
  @Test func biasesOfBlockedLayersStayInFloat() throws {
    let scheme = Scheme(weights: Self.scheme, activations: .asymmetricUInt8)
    let result = try Quantizer(scheme: scheme).quantize(
      Self.model(),
      ranges: ActivationRanges(
        tensors: ["image", "flat", "r2", "g3"].reduce(into: [:]) { $0[$1] = ValueRange(-8, 8) })
    ).model
    let gemm = try #require(result.graph.nodes.first { $0.name == "Gemm_g3" })
    #expect(gemm.inputs == ["r2_dequantized", "w3_dequantized", "b3"])
    _ = try SmallModels.run(result)
  }

  // MARK: - Calibration

  private struct Images: WalkInput {
    let sampleCount = 4
    let unitCount = 1
    func samples(in unit: Int) -> Int { 4 }
    func inputs(_ unit: Int) throws -> [Tensor] { [SmallModels.images] }
  }

  private static func calibration(isOptimal: Bool = true) throws -> Calibration {
    var options = WalkOptions()
    options.rounding = isOptimal ? .optimal : .nearest
    let walk = try SequentialWalk(
      PreparedModel(model()), quantizer: quantizer, ranges: ActivationRanges(),
      fallback: ActivationRanges(),
      options: options)
    return try walk.run(on: Images(), executor: SerialExecutor())
  }

  /// To nearest, the walk rounds blocks as the writer does, and moves the means of the outputs back.
  @Test func calibrationCorrectsBiasesOfBlockedLayers() throws {
    let model = Self.model()
    let calibration = try Self.calibration(isOptimal: false)
    for (name, shape, axis) in [("w2", [256, 64], 1), ("w3", [48, 64], 0)] {
      let layer = try #require(calibration.layers[name])
      let values = try #require(try Graph(model).floats(name))
      let nearest = RoundToNearest.quantize(
        values, shape: shape, axis: axis, blockSize: 32, grid: Self.scheme.grid())
      #expect(layer.weights == nearest)
      #expect(layer.biasShift != nil)
    }
    let calibrated = try Self.quantizer.quantize(model, calibration: calibration).model
    #expect(try Self.dims("w2_scale", in: calibrated) == [8, 64])
    func meanError(_ other: Model) throws -> Float {
      let (x, y) = (try SmallModels.run(model), try SmallModels.run(other))
      return (0..<5).reduce(0) { sum, output in
        sum + abs((0..<4).reduce(0) { $0 + x[$1 * 5 + output] - y[$1 * 5 + output] })
      }
    }
    #expect(try meanError(calibrated) < 0.1 * meanError(Self.quantizer.quantize(model).model))
  }

  /// Codes and scales reach the file in the right order, for weights stored either way: outputs come closer.
  @Test func optimallyRoundedBlocksBringOutputsCloser() throws {
    let model = Self.model()
    let reference = try SmallModels.run(model)
    func error(_ calibration: Calibration) throws -> Float {
      let file = try Self.quantizer.quantize(model, calibration: calibration).model
      return zip(reference, try SmallModels.run(file)).reduce(0) {
        $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
      }
    }
    let optimal = try Self.calibration()
    #expect(optimal.layers["w2"]?.weights?.parameters.count == 8 * 64)
    try #expect(error(optimal) < 0.25 * error(Self.calibration(isOptimal: false)))
  }

  @Test func calibrationsAreStored() throws {
    let layers = try Self.calibration().layers
    let bytes = try JSONEncoder().encode(layers)
    #expect(try JSONDecoder().decode([String: LayerCalibration].self, from: bytes) == layers)
    let text = try #require(String(data: bytes, encoding: .utf8))
    for size in ["0", "-32", "7", "16"] {
      let damaged = text.replacing("\"blockSize\":32", with: "\"blockSize\":\(size)")
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode([String: LayerCalibration].self, from: Data(damaged.utf8))
      }
    }
  }
}
