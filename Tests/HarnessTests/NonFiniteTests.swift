import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import TestSupport
import Testing

@testable import CalibrantHarness
@testable import CalibrantQuantization

/// NaN and infinities end in one sentence that names the sample and the layer.
@Suite struct NonFiniteTests {
  /// y = conv(a / a), so that one zero pixel makes NaN.
  private static let dividing: Model = {
    let small = SmallClassifier.model()
    var graph = small.graph
    graph.nodes =
      [ModelNode("Div", name: "div", inputs: ["image", "image"], outputs: ["d"])] + graph.nodes
    graph.nodes[1].inputs[0] = "d"
    return Model(graph: graph, opset: 13)
  }()

  /// Samples one pixel of which is exactly 0.
  private struct OneZero: SampleSource {
    let count = 20
    let sampleShape = [3, 4, 4]
    var zeroIn = 17
    func write(_ index: Int, into values: UnsafeMutableBufferPointer<Float>) {
      for i in values.indices { values[i] = Float(i % 7 + index % 3) + 1 }
      if index == zeroIn { values[5] = 0 }
    }
    func name(of index: Int) -> String { "picture \(index)" }
  }

  @Test func theFirstLayerAndSampleAreFound() throws {
    let origin = try NonFiniteOrigin.find(in: Self.dividing, on: OneZero(), among: 0..<20)
    #expect(
      origin == NonFiniteOrigin(sample: "picture 17", layer: "div", opType: "Div", isNaN: true))
    #expect(
      try NonFiniteOrigin.find(in: Self.dividing, on: OneZero(zeroIn: 99), among: 0..<20) == nil)
  }

  @Test func observingStopsWithTheOrigin() throws {
    let targets = [ActivationTensor(name: "r", decidesRange: true, mayBePerChannel: false)]
    let error = #expect(throws: HarnessError.self) {
      try Calibrator(jobs: 2).observe(Self.dividing, targets: targets, on: OneZero())
    }
    #expect(
      "\(try #require(error))".contains("'div' (Div) is the first to make NaN, from picture 17"))
  }

  @Test(arguments: [WeightRounding.nearest, .optimal])
  func aWalkStopsWithTheOrigin(rounding: WeightRounding) throws {
    var options = QuantizationOptions()
    options.rounding = rounding
    let job = try QuantizationJob(Self.dividing, .imagenet(side: 4), options)
    let data = CalibrationData(OneZero(), digest: "zero", preparation: "none")
    let error = #expect(throws: HarnessError.self) {
      try job.activationBased(
        SchemeName("w8"), [:], method: MinMax(), on: data, CalibrationWalk(jobs: 1))
    }
    #expect("\(try #require(error))".contains("picture 17"))
  }

  @Test func scoresThatCannotBeRankedAreCounted() throws {
    let rankings = try Evaluator(jobs: 2).rankings(
      of: Program(Self.dividing), on: OneZero(), limit: 5)
    let found = try #require(try rankings.nonFinite(of: Self.dividing, on: OneZero()))
    #expect(found.count == 1 && found.total == 20 && found.sample == "picture 17")
    #expect(found.origin.contains("'div'"))
    #expect(rankings.samples[17].isEmpty && rankings.samples.count { !$0.isEmpty } == 19)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity]) func arraysAreLookedAt(bad: Float) throws {
    let folder = try TemporaryFolder()
    var values = [Float](repeating: 0.5, count: 4 * 48)
    values[2 * 48 + 7] = bad
    let path = folder.file("x.npy")
    try NPYWriter.data(Tensor(values, shape: [4, 3, 4, 4])).write(to: URL(filePath: path))
    let input = try ImageInput(of: Program(SmallClassifier.model()))
    let error = #expect(throws: HarnessError.self) { try NPYSource(path, for: input) }
    #expect("\(try #require(error))" == "sample 2 of \(path) holds NaN or infinite values")
  }
}

/// A batch of one that a network holds inside.
@Suite struct BatchOfOneTests {
  /// The small classifier with its flattening spelled as a Reshape to `rows` × 8.
  private static func model(rows: Int64) -> Model {
    var graph = SmallClassifier.model().graph
    graph.nodes = graph.nodes.filter { !["Shape", "Gather", "Concat"].contains($0.opType) }
    graph.initializers.append(
      ModelTensor(name: "t", elementType: .int64, dims: [2], values: [rows, 8]))
    return Model(graph: graph, opset: 13)
  }

  @Test func samplesRunOneByOne() throws {
    let source = SeededSamples(count: 20)
    let baked = try Program(Self.model(rows: 1))
    #expect(try Batching(source, for: baked).unit == 1)
    let open = try Program(Self.model(rows: -1))
    #expect(try Batching(source, for: open).unit == 16)
    let scores = try Evaluator(jobs: 2).scores(of: baked, on: source)
    let expected = try Evaluator(jobs: 2).scores(of: open, on: source)
    #expect(scores.count == 20)
    #expect(zip(scores.values, expected.values).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func calibrationTakesThemToo() throws {
    let job = try QuantizationJob(Self.model(rows: 1), .imagenet(side: 4), QuantizationOptions())
    let data = CalibrationData(SeededSamples(count: 20), digest: "seeded", preparation: "none")
    let scheme = try SchemeName("w8a8")
    let targets = try job.targets([scheme])
    let seen = try Calibrator(jobs: 2).observe(job.model, targets: targets, on: data.source)
    #expect(seen.statistics["image"]?.summary.count == 20 * 48)
    let quantized = try job.activationBased(
      scheme, seen.statistics, method: StandardMethods.named("auto") ?? MinMax(), on: data,
      CalibrationWalk(jobs: 2))
    #expect(quantized.layers.allSatisfy { $0.bits == 8 && $0.relativeError != nil })
  }
}
