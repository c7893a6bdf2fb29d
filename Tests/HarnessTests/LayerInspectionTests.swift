import CalibrantEngine
import Foundation
import CalibrantImaging
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness
@testable import CalibrantQuantization

@Suite struct LayerInspectionTests {
  private let samples = SeededSamples(count: 6)
  private let map: QuantizedLayerMap

  init() throws {
    let model = SmallClassifier.model()
    var options = QuantizationOptions()
    options.granularity = .perTensor
    let job = try QuantizationJob(model, Preprocessing(mean: [0.5, 0.5, 0.5]), options)
    let quantized = try job.weightBased(
      SchemeName(weightBits: 8, activationBits: 8), isCorrected: false,
      CalibrationWalk(jobs: 1, isQuiet: true))
    map = try QuantizedLayerMap(
      float: PreparedModel(model).assembled(), quantized: quantized.model)
  }

  private func scores(_ graph: Graph) throws -> [Float] {
    try Evaluator(jobs: 1).scores(of: Program(graph), on: samples).values
  }

  @Test func findsEveryLayerAndItsRounding() {
    #expect(map.layers.map(\.name) == ["conv", "fc"])
    #expect(map.layers.map(\.bits) == [8, 8])
    #expect(map.layers.map(\.activation?.source) == ["image", "f"])
  }

  /// 72 inputs in two blocks: the inspected weights are those that the engine computes with.
  @Test func readsBlockedWeights() throws {
    let model = SmallClassifier.model(side: 8)
    var options = QuantizationOptions()
    options.policy = Policy()
    options.usesNativeInt4 = true
    options.blockSize = 36
    let job = try QuantizationJob(model, Preprocessing(mean: [0.5, 0.5, 0.5]), options)
    let quantized = try job.weightBased(
      SchemeName(weightBits: 4, activationBits: nil), isCorrected: false,
      CalibrationWalk(jobs: 1, isQuiet: true)
    ).model
    let index = CodeReader(Graph(quantized))
    #expect(index.graph.constants["v_scale"]?.dims == [2, 4])
    let inspected = try #require(try index.dequantized("v_dequantized"))
    var probe = quantized
    probe.graph.outputs = [
      ModelValue(name: "v_dequantized", elementType: .float32, dimensions: [.unknown, .unknown])
    ]
    let program = try Program(probe)
    var session = Session(program)
    let image = Tensor([Float](repeating: 0, count: 3 * 64), shape: [1, 3, 8, 8])
    #expect(try session.run([image])[0].array(of: Float.self) == inspected)
  }

  @Test func allRoundedIsTheFileAndNoneRoundedIsTheOriginal() throws {
    #expect(try scores(map.variant { _ in .both }) == scores(map.quantized))
    let float = try scores(map.float)
    for (x, y) in zip(float, try scores(map.variant { _ in [] })) { #expect(abs(x - y) < 1e-5) }
    #expect(try scores(map.quantized) != float)
  }

  /// The error at a layer's output of a variant, by running both models apart.
  private func error(of variant: Graph, at output: String) throws -> Double {
    var float = Session(try Program(map.float, observing: [output]))
    var other = Session(try Program(variant, observing: [output]))
    let batching = Batching(samples, fixedBatch: nil)
    var (signal, noise) = (0.0, 0.0)
    for unit in 0..<batching.unitCount {
      let input = try batching.input(unit, from: samples)
      var reference: [Float] = []
      _ = try float.run([input]) { reference = Array($1.floats) }
      _ = try other.run([input]) { _, values in
        for (x, y) in zip(reference, values.floats) {
          signal += Double(x) * Double(x)
          noise += Double(x - y) * Double(x - y)
        }
      }
    }
    return 10 * log10(signal / noise)
  }

  @Test func probesEqualVariantsRunApart() throws {
    let errors = try LayerErrorRun(map: map, jobs: 1, isQuiet: true).measure(on: samples)
    for (index, layer) in map.layers.enumerated() {
      for kind in [Rounded.weights, .activations, .both] {
        let alone = try error(
          of: try map.variant { $0.name == layer.name ? kind : [] }, at: layer.output)
        let all = try error(of: map.variant { _ in kind }, at: layer.output)
        let isolated = try #require(errors.isolated[index][kind.rawValue]?.decibels)
        let cumulative = try #require(errors.cumulative[index][kind.rawValue]?.decibels)
        #expect(abs(isolated - alone) < 0.01, "\(layer.name) \(kind)")
        #expect(abs(cumulative - all) < 0.01, "\(layer.name) \(kind)")
      }
    }
  }

  @Test func errorsDoNotDependOnTheNumberOfWorkers() throws {
    let one = try LayerErrorRun(map: map, jobs: 1, isQuiet: true).measure(on: samples)
    let three = try LayerErrorRun(map: map, jobs: 3, isQuiet: true).measure(on: samples)
    #expect(one.isolated == three.isolated && one.cumulative == three.cumulative)
  }

  /// The file has 8 bits: rounding the original again to 8, with as many scales, gives its weights back.
  @Test func eightBitsAreWhatTheFileOfEightBitsHas() throws {
    for layer in map.layers {
      let rounded = try #require(try map.roundedWeights(of: layer))
      #expect(try map.weightsAtEightBits(of: layer) == rounded)
    }
    let file = try scores(map.quantized)
    #expect(try scores(map.variant { _ in [.eightBits, .activations] }) == file)
    #expect(map.growth(of: map.layers[0], bytes: 1) == 0)
    #expect(map.growth(of: map.layers[0], bytes: 4) == 3 * map.layers[0].elementCount)
  }

  @Test func suggestionsAreOptionsThatAShellReads() {
    let loss = MetricDifference(drop: 0.2, interval: nil, pValue: nil)
    let suggestion = LayerSuggestion(
      floats: ["conv 1"], eightBits: ["it's"], weightShare: 0.1, bytes: 3, count: 10,
      before: loss, after: loss, isHeldOut: true)
    #expect(suggestion.flags == #"--exclude 'conv 1' --layer-bits 'it'\''s=8'"#)
  }

  @Test func weightErrorsCountWhatRoundingDid() {
    let errors = WeightErrors(
      float: [1, 0.1, 0.2, 0, 4, 2], rounded: [1, 0, 0.25, 0, 4, 2], shape: [2, 3], axis: 0)
    #expect(errors.zeroed == 1.0 / 6)
    #expect(errors.worstChannels.map(\.channel) == [0])
    let expected: Double = 10 * log10(1.05 / 0.0125)
    let worst: Double = errors.worstChannels.first?.sqnr ?? 0
    #expect(abs(worst - expected) < 1e-5)
    // Channel 0 spans 1 of the 4 that channel 1 spans.
    #expect(errors.wasted == 0.375)
  }

  @Test func activationErrorsTellClippingFromRounding() {
    var statistics = TensorStatistics()
    // A step is 1: half of it beyond the end is rounding, more is clipping.
    let values: [Float] = [0, 0.25, 100, 255.25, 300, -0.25, -40, 0]
    values.withUnsafeBufferPointer { statistics.observe($0) }
    let errors = ActivationErrors(0...255, statistics)
    #expect(errors.clipped == 2.0 / 8)
    #expect(errors.zeroed == 2.0 / 8)
    #expect(errors.observed == -40...300)
    #expect(errors.wasted == 0)
    #expect(ActivationErrors(-255...300, statistics).wasted > 0.3)
  }

  @Test func someSamplesAreThoseAtTheirPlaces() throws {
    let rest = SomeSamples(samples, at: 4..<samples.count)
    #expect(rest.count == 2 && rest.sampleShape == samples.sampleShape)
    var values = [Float](repeating: 0, count: rest.sampleSize)
    try values.withUnsafeMutableBufferPointer { try rest.write(1, into: $0) }
    #expect(values == samples.sample(5))
  }

  @Test func anotherNetworkIsRefused() throws {
    #expect(throws: QuantizationError.self) {
      try QuantizedLayerMap(float: map.float.model(), quantized: SmallClassifier.model())
    }
  }
}
