import CalibrantQuantization
import Testing

struct RoundingTests {
  @Test func codesRoundHalfToEvenAndClip() {
    let parameters = QuantizationParameters(
      scale: 0.5, zeroPoint: 10, codes: 0...255, storage: .uint8)
    let cases: [(Float, Int)] = [
      (0, 10), (0.25, 10), (0.75, 12), (-0.25, 10), (-0.75, 8), (0.26, 11), (1e30, 255),
      (-1e30, 0), (.infinity, 255), (-.infinity, 0), (.nan, 10), (-5, 0), (-5.3, 0),
    ]
    for (value, code) in cases { #expect(parameters.quantize(value) == code, "\(value)") }
    #expect(parameters.dequantize(12) == 1)
    #expect(parameters.fakeQuantize(0.8) == 1)
    #expect(parameters.representable == ValueRange(-5, 122.5))
  }

  @Test func rangesBecomeParametersInOnePlace() {
    let grid = QuantizationGrid.asymmetricUInt8
    #expect(grid.parameters(for: ValueRange(0, 6)).zeroPoint == 0)
    #expect(grid.parameters(for: ValueRange(0, 6)).scale == 6 / Float(255))
    #expect(grid.parameters(for: ValueRange(2, 6)).zeroPoint == 0)
    #expect(grid.parameters(for: ValueRange(-6, -2)).zeroPoint == 255)
    #expect(grid.parameters(for: ValueRange(-1, 2)).zeroPoint == 85)
    #expect(grid.parameters(for: .zero).scale == 1)
    #expect(
      QuantizationGrid.symmetricInt8.parameters(for: ValueRange(-3, 1)).scale == 3 / Float(127))
    #expect(QuantizationGrid.symmetricInt8.parameters(for: .zero).scale == 1)
    let huge = grid.parameters(
      for: ValueRange(-.greatestFiniteMagnitude, .greatestFiniteMagnitude))
    #expect(huge.scale.isFinite && huge.quantize(.greatestFiniteMagnitude) == 255)
    let tiny = grid.parameters(for: ValueRange(0, .leastNonzeroMagnitude))
    #expect(tiny.scale == .leastNormalMagnitude)
  }

  /// No value inside the range moves by more than half a step.
  @Test func roundingErrorIsHalfAStep() {
    for golden in Golden.shared.samples {
      let values = Samples.named(golden.name)
      for (_, grid) in grids {
        let parameters = grid.parameters(for: Samples.distribution(golden.name).range)
        // The zero point is rounded too, so the outermost half step can be missing.
        let worst = values.map { abs($0 - parameters.fakeQuantize($0)) }.max() ?? 0
        #expect(worst <= parameters.scale * 1.0001)
        #expect(worst >= parameters.scale * 0.45)
      }
    }
  }

  @Test(arguments: Golden.shared.weights)
  func weightsEqualNumPy(_ golden: Golden.Weights) {
    var weights = Samples.bell(seed: 7, count: 108)
    for i in 27..<54 { weights[i] = 0 }
    for i in 54..<81 { weights[i] *= 1e-3 }
    let grid = WeightScheme(bits: golden.bits, isSymmetric: golden.symmetric).grid()
    let quantized = RoundToNearest.quantize(
      weights, shape: [4, 3, 3, 3], axis: golden.axis, grid: grid)
    #expect(quantized.scales == golden.scales)
    #expect(quantized.parameters.map(\.zeroPoint) == golden.zeroPoints)
    #expect(quantized.codes.map(Int.init) == golden.codes)
    let restored = quantized.dequantized()
    let largest = quantized.scales.max() ?? 0
    for (weight, back) in zip(weights, restored) { #expect(abs(weight - back) <= largest) }
    #expect(restored[27..<54].allSatisfy { $0 == 0 })
  }

  @Test func gridsOfWeights() {
    #expect(WeightScheme(bits: 8).grid().codes == -127...127)
    #expect(WeightScheme(bits: 8).grid().isSymmetric && !WeightScheme(bits: 4).grid().isSymmetric)
    #expect(WeightScheme(bits: 4, isSymmetric: true).grid().isSymmetric)
    #expect(WeightScheme(bits: 4).grid().codes == -8...7)
    #expect(WeightScheme(bits: 4).grid().storage == .int8)
    #expect(WeightScheme(bits: 4, usesNativeInt4: true).grid().storage == .int4)
    #expect(WeightScheme(bits: 4, usesNativeInt4: true).grid(bits: 8).storage == .int8)
    #expect(WeightScheme(bits: 8, isSymmetric: false).grid().codes == -128...127)
    #expect(WeightScheme(bits: 3).grid().codes == -4...3)
  }

  @Test func biasesFitTheirIntegers() {
    let grid = WeightScheme(bits: 8).grid()
    let ranges = [ValueRange(-1, 1), ValueRange(-1e-12, 1e-12), .zero, .zero]
    let bias: [Float] = [0.5, 2, -3, 0]
    let plain = ranges.map(grid.parameters)
    let guarded = BiasScale.guarded(plain, ranges: ranges, bias: bias, inputScales: [0.02])
    #expect(guarded[0] == plain[0])
    #expect(guarded[1].scale > plain[1].scale)
    #expect(guarded[2].scale < 1)
    #expect(guarded[3].scale == 1)
    let scales = guarded.map { $0.scale * 0.02 }
    let codes = BiasScale.codes(of: bias, scales: scales)
    for i in bias.indices {
      #expect(codes[i].magnitude <= 1 << 30)
      #expect(abs(Double(codes[i]) * Double(scales[i]) - Double(bias[i])) <= Double(scales[i]) / 2)
    }
    #expect(scales[2] < 1e-8)
  }
}
