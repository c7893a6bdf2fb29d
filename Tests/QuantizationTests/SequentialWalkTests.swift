import CalibrantEngine
import Foundation
import CalibrantONNXFormat
import Synchronization
import TestSupport
import Testing

@testable import CalibrantQuantization

/// Seeded images in units of four, the last one short.
struct SeededInput: WalkInput {
  let sampleCount = 22
  var unitCount: Int { 6 }
  func samples(in unit: Int) -> Int { min(4, sampleCount - unit * 4) }
  func inputs(_ unit: Int) throws -> [Tensor] {
    let count = samples(in: unit)
    let values = Samples.bell(seed: UInt64(500 + unit), count: count * 192)
    return [Tensor(values, shape: [count, 3, 8, 8])]
  }
}

/// Seeded images 8 pixels high, each of a width of its own, some narrower and some wider than the first.
struct SeededLines: WalkInput {
  let sampleCount = 20
  var unitCount: Int { sampleCount }
  func samples(in unit: Int) -> Int { 1 }
  func inputs(_ unit: Int) throws -> [Tensor] {
    let width = 4 + unit * 7 % 13
    let values = Samples.bell(seed: UInt64(700 + unit), count: 24 * width)
    return [Tensor(values, shape: [1, 3, 8, width])]
  }
}

/// Seeded images, and how many units of them were asked for.
private final class CountedInput: WalkInput {
  private let images = SeededInput()
  private let count = Mutex(0)
  var reads: Int { count.withLock { $0 } }
  var unitCount: Int { images.unitCount }
  var sampleCount: Int { images.sampleCount }
  func samples(in unit: Int) -> Int { images.samples(in: unit) }
  func inputs(_ unit: Int) throws -> [Tensor] {
    count.withLock { $0 += 1 }
    return try images.inputs(unit)
  }
}

/// Runs units backwards in pairs, to show that the order of work does not matter.
private struct ShuffledExecutor: OrderedExecutor {
  func run<Result: Sendable>(
    units: Int, makeWorker: @escaping @Sendable () throws -> (_ unit: Int) throws -> Result,
    consume: (_ unit: Int, _ result: Result) throws -> Void
  ) throws {
    let workers = [try makeWorker(), try makeWorker()]
    for start in stride(from: 0, to: units, by: 2) {
      let pair = start..<min(start + 2, units)
      let results = try pair.reversed().map { try workers[$0 % 2]($0) }
      for (unit, result) in zip(pair, results.reversed()) { try consume(unit, result) }
    }
  }
}

@Suite struct SequentialWalkTests {
  private static func calibration(
    _ model: Model, _ scheme: Scheme, ranges: ActivationRanges = ActivationRanges(),
    on input: some WalkInput = SeededInput(), executor: some OrderedExecutor = SerialExecutor(),
    _ configure: (inout WalkOptions) -> Void = { _ in }
  ) throws -> Calibration {
    var options = WalkOptions()
    configure(&options)
    let walk = try SequentialWalk(
      PreparedModel(model), quantizer: Quantizer(scheme: scheme), ranges: ranges,
      fallback: ActivationRanges(),
      options: options)
    return try walk.run(on: input, executor: executor)
  }

  private static func outputs(_ model: Model) throws -> [Float] {
    var session = Session(try Program(model))
    var all: [Float] = []
    for unit in 0..<SeededInput().unitCount {
      all += try session.run(SeededInput().inputs(unit))[0].array(of: Float.self)
    }
    return all
  }

  private static func squaredError(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  private static func w(_ bits: Int, _ activations: ActivationScheme? = nil) -> Scheme {
    Scheme(weights: WeightScheme(bits: bits), activations: activations)
  }

  /// Every step lowers the error of the logits on a model with all that a walk has to get past.
  @Test func stepsBringTheOutputsCloser() throws {
    let model = SmallModels.mixed()
    let scheme = Self.w(3)
    let quantizer = Quantizer(scheme: scheme)
    let float = try Self.outputs(model)
    func error(_ calibration: Calibration) throws -> Float {
      Self.squaredError(
        float, try Self.outputs(quantizer.quantize(model, calibration: calibration).model))
    }
    let plain = try error(Calibration())
    let corrected = try error(Self.calibration(model, scheme) { $0.rounding = .nearest })
    let optimal = try error(Self.calibration(model, scheme))
    #expect(corrected < plain)
    #expect(optimal < 0.7 * corrected)
  }

  /// Where all values fit in memory and where none do, in any order of work, the result is the same to the bit.
  @Test func memoryAndThreadsDoNotMatter() throws {
    let model = SmallModels.mixed()
    let ranges = try DataFree.ranges(
      of: PreparedModel(model),
      input: InputDistribution(
        lower: [-3, -3, -3], upper: [3, 3, 3], mean: [0, 0, 0], variance: [1, 1, 1]))
    let scheme = Self.w(4, .asymmetricUInt8)
    let reference = try Self.calibration(model, scheme, ranges: ranges)
    #expect(!reference.layers.isEmpty)
    #expect(
      try Self.calibration(model, scheme, ranges: ranges) { $0.memoryBudget = 0 } == reference)
    #expect(
      try Self.calibration(model, scheme, ranges: ranges, executor: ShuffledExecutor())
        == reference)
  }

  /// Exporters read the batch's size off the input and use it at the network's end: values in between are kept all the same.
  @Test func sizesOfTheInputDoNotKeepValuesFromBeingKept() throws {
    var b = ModelBuilder()
    b.integers("zero", [0])
    b.integers("minus", [-1])
    b.node("Shape", ["image"], "shape")
    b.node("Gather", ["shape", "zero"], "batch", ["axis": .int(0)])
    b.weights("w1", [6, 3, 3, 3])
    b.node("Conv", ["image", "w1"], "c1")
    b.node("Relu", ["c1"], "r1")
    b.weights("w2", [6, 6, 3, 3])
    b.node("Conv", ["r1", "w2"], "c2")
    b.node("Relu", ["c2"], "r2")
    b.node("GlobalAveragePool", ["r2"], "gap")
    b.node("Concat", ["batch", "minus"], "target", ["axis": .int(0)])
    b.node("Reshape", ["gap", "target"], "flat")
    b.weights("w3", [5, 6])
    b.node("Gemm", ["flat", "w3"], "logits", ["transB": .int(1)])
    let model = b.model()

    let graph = try PreparedModel(model).upgraded()
    let second = try #require(graph.nodes.firstIndex { $0.output == "c2" })
    #expect(graph.liveValues(before: second) == ["image", "r1"])

    let (keeping, recomputing) = (CountedInput(), CountedInput())
    let kept = try Self.calibration(model, Self.w(4), on: keeping)
    #expect(kept.layers.count == 3)
    #expect(
      try Self.calibration(model, Self.w(4), on: recomputing) { $0.memoryBudget = 0 } == kept)
    #expect(keeping.reads < 2 * keeping.unitCount)
    #expect(recomputing.reads >= 3 * keeping.unitCount)
  }

  /// After bias correction, a layer's outputs have the float network's mean, zero padding included.
  @Test func biasCorrectionRestoresTheMean() throws {
    var b = ModelBuilder()
    b.weights("w1", [5, 3, 3, 3], shift: 0.1)
    // Inputs around zero would shift nothing, and the walk would rightly leave the bias alone.
    b.node("Relu", ["image"], "positive")
    b.node("Conv", ["positive", "w1"], "logits", ["pads": .ints([1, 1, 1, 1])])
    let model = b.model()
    let scheme = Self.w(3)
    let calibration = try Self.calibration(model, scheme) { $0.rounding = .nearest }
    let quantized = try Quantizer(scheme: scheme).quantize(model, calibration: calibration).model
    let plain = try Quantizer(scheme: scheme).quantize(model).model
    func means(_ model: Model) throws -> [Float] {
      let outputs = try Self.outputs(model)
      return (0..<5).map { channel in
        outputs.indices.reduce(0) { $1 / 64 % 5 == channel ? $0 + outputs[$1] : $0 }
          / Float(outputs.count / 5)
      }
    }
    let float = try means(model)
    let before = largestDifference(try means(plain), float)
    #expect(before > 1e-3, "rounding must have shifted it")
    // Sums of float32 products; what is left is their rounding.
    #expect(largestDifference(try means(quantized), float) < before / 50)
  }

  /// The same of images whose widths differ, over all positions of all of them, in any order of work.
  @Test func widthsMayDiffer() throws {
    var b = ModelBuilder()
    b.weights("w1", [4, 3, 3, 3], shift: 0.1)
    b.node("Relu", ["image"], "positive")
    b.node("Conv", ["positive", "w1"], "c1", ["pads": .ints([1, 1, 1, 1])])
    b.node("Relu", ["c1"], "r1")
    b.weights("w2", [5, 4, 3, 3], shift: 0.1)
    b.node("Conv", ["r1", "w2"], "logits", ["pads": .ints([1, 1, 1, 1])])
    let model = b.model(input: [3, 8, -1])
    let scheme = Self.w(3)
    let calibration = try Self.calibration(model, scheme, on: SeededLines()) {
      $0.rounding = .nearest
    }
    #expect(
      try Self.calibration(model, scheme, on: SeededLines(), executor: ShuffledExecutor()) {
        $0.rounding = .nearest
        $0.memoryBudget = 0
      } == calibration)
    func means(_ model: Model) throws -> [Float] {
      var session = Session(try Program(model))
      var (sums, positions) = ([Double](repeating: 0, count: 5), 0)
      for unit in 0..<SeededLines().unitCount {
        let values = try session.run(SeededLines().inputs(unit))[0].array(of: Float.self)
        for (index, value) in values.enumerated() {
          sums[index * 5 / values.count] += Double(value)
        }
        positions += values.count / 5
      }
      return sums.map { Float($0 / Double(positions)) }
    }
    let float = try means(model)
    let plain = try Quantizer(scheme: scheme).quantize(model).model
    let corrected = try Quantizer(scheme: scheme).quantize(model, calibration: calibration).model
    let before = largestDifference(try means(plain), float)
    #expect(before > 1e-3, "rounding must have shifted it")
    #expect(largestDifference(try means(corrected), float) < before / 50)
  }

  /// What optimal rounding kept never does worse than the nearest codes on held-out samples.
  @Test func nearestCodesRemainACandidate() throws {
    for layer in try Self.calibration(SmallModels.mixed(), Self.w(4)).layers.values {
      let nearest = try #require(layer.errors.first)
      #expect(nearest.rounding == .nearest && layer.errors.count > 1)
    }
  }
}

@Suite struct ResumedWalkTests {
  private struct Stop: Error {}

  /// A walk that was stopped after any number of layers and goes on gives the same bits as one that was not, through
  /// what a file can hold.
  @Test(arguments: [1, 2, 3]) func layersThatAreKnownAreTakenOver(stopAfter count: Int) throws {
    let walk = try SequentialWalk(
      PreparedModel(SmallModels.mixed()),
      quantizer: Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4))),
      ranges: ActivationRanges(), fallback: ActivationRanges())
    let whole = try walk.run(on: SeededInput(), executor: SerialExecutor())
    var known: [String: LayerCalibration] = [:]
    #expect(throws: Stop.self) {
      try walk.run(on: SeededInput(), executor: SerialExecutor()) { _, _ in
      } solved: { layer, result in
        known[layer] = result
        if known.count == count { throw Stop() }
      }
    }
    let stored = try JSONDecoder().decode(
      [String: LayerCalibration].self, from: JSONEncoder().encode(known))
    #expect(stored == known && known.count == count)
    var solved: [String] = []
    let resumed = try walk.run(on: SeededInput(), executor: SerialExecutor(), known: stored) {
      _, _ in
    } solved: { layer, _ in
      solved.append(layer)
    }
    #expect(resumed == whole)
    #expect(Set(solved) == Set(whole.layers.keys).subtracting(known.keys))
  }

  /// What a forged journal says of a layer that has another shape, or more outputs, is solved again.
  @Test func layersOfAnotherShapeAreNotTakenOver() throws {
    let walk = try SequentialWalk(
      PreparedModel(SmallModels.mixed()),
      quantizer: Quantizer(scheme: Scheme(weights: WeightScheme(bits: 4))),
      ranges: ActivationRanges(), fallback: ActivationRanges())
    let whole = try walk.run(on: SeededInput(), executor: SerialExecutor())
    let codes = whole.layers.compactMapValues(\.weights)
    for forge in Self.forgeries {
      let known = whole.layers.mapValues { layer in
        var forged = layer
        forge(&forged, codes.values.max { $0.codes.count < $1.codes.count })
        return forged
      }
      let again = try walk.run(on: SeededInput(), executor: SerialExecutor(), known: known)
      #expect(again == whole)
    }
  }

  private static let forgeries:
    [@Sendable (inout LayerCalibration, _ other: QuantizedWeights?) -> Void] = [
      { layer, other in if layer.weights?.shape != other?.shape { layer.weights = other } },
      { layer, _ in layer.biasShift?.append(0) },
      { layer, _ in layer.biasShift?[0] = 1e300 },
    ]
}

extension SequentialWalkTests {
  /// What a layer loses is a share of its own outputs: little at 8 bits, more at fewer, whatever the rounding.
  @Test func relativeErrorsGrowAsBitsFall() throws {
    for rounding in [WeightRounding.nearest, .optimal] {
      let errors = try [8, 4, 2].map { bits in
        try Self.calibration(SmallModels.mixed(), Self.w(bits)) { $0.rounding = rounding }
          .layers.mapValues(\.relativeError)
      }
      for layer in errors[0].keys {
        let shares = errors.map { $0[layer].flatMap { $0 } ?? -1 }
        #expect(shares[0] > 0 && shares[0] < 1e-2, "\(layer): \(shares)")
        #expect(shares[0] < shares[1] && shares[1] < shares[2], "\(layer): \(shares)")
      }
    }
  }

  /// The table of `auto` holds every candidate with its range, and the winner is the least.
  @Test func rangeChoicesShowTheirScores() throws {
    let model = SmallModels.mixed()
    let quantizer = Quantizer(scheme: Self.w(8, .asymmetricUInt8))
    var observer = Observer(try quantizer.activationTensors(of: model))
    let names = try quantizer.activationTensors(of: model).map(\.name)
    let program = try Program(model, observing: names)
    var session = Session(program)
    for unit in 0..<SeededInput().unitCount {
      let samples = SeededInput().samples(in: unit)
      _ = try session.run(SeededInput().inputs(unit)) { index, values in
        observer.observe(index, values, samples: samples)
      }
    }
    let suggested = SuggestedRanges(observer.tensors, Auto().candidates, grid: .asymmetricUInt8)
    let selection = try RangeSelection(
      PreparedModel(model), quantizer: quantizer, suggested, grid: .asymmetricUInt8)
    let choices = try selection.choose(
      ActivationRanges(), on: SeededInput(), executor: SerialExecutor())
    #expect(!choices.tensors.isEmpty)
    for choice in choices.tensors {
      let best = try #require(choice.scores.min { $0.error < $1.error })
      #expect(choice.scores.count > 1 && choice.scores[0].method == "minmax")
      if choices.chosen?.plan == .ownEach { #expect(choice.method == best.method) }
    }
    let least = try #require(choices.networks.min { $0.error < $1.error })
    let uniform = ["minmax", "mean-minmax", "percentile", "entropy", "mse"]
    #expect(
      choices.networks.map(\.plan).filter { $0 != .parts }
        == [.ownEach] + uniform.map { .uniform($0) })
    #expect(choices.chosen == least)
    #expect(choices.networks.allSatisfy { $0.error > 0 && $0.error < 1 })
  }
}

/// Biases of MatMul layers are what an Add after them adds.
@Suite struct AddedBiasTests {
  /// - Parameter isShared: whether a second MatMul adds the same vector, which then belongs to neither.
  private static func model(dims: [Int], isShared: Bool = false) -> Model {
    var b = ModelBuilder()
    b.node("Relu", ["image"], "positive")
    b.weights("w", [8, 5], shift: 0.1)
    b.weights("b", dims)
    b.node("MatMul", ["positive", "w"], "product")
    b.node("Add", isShared ? ["product", "b"] : ["b", "product"], "sum")
    if isShared {
      b.weights("v", [8, 5])
      b.node("MatMul", ["positive", "v"], "other")
      b.node("Add", ["other", "b"], "second")
      b.node("Add", ["sum", "second"], "logits")
    } else {
      b.node("Identity", ["sum"], "logits")
    }
    return b.model()
  }

  private static func means(_ model: Model) throws -> [Double] {
    var session = Session(try Program(model))
    var sums = [Double](repeating: 0, count: 5)
    for unit in 0..<SeededInput().unitCount {
      let values = try session.run(SeededInput().inputs(unit))[0].array(of: Float.self)
      for (index, value) in values.enumerated() { sums[index % 5] += Double(value) }
    }
    return sums.map { $0 / Double(SeededInput().sampleCount * 24) }
  }

  private static func calibrated(
    _ model: Model, _ ranges: ActivationRanges? = nil
  ) throws -> (plain: Model, corrected: Model, calibration: Calibration) {
    let quantizer = Quantizer(
      scheme: Scheme(
        weights: WeightScheme(bits: 3), activations: ranges == nil ? nil : .asymmetricUInt8))
    var options = WalkOptions()
    options.rounding = .nearest
    let ranges = ranges ?? ActivationRanges()
    let calibration = try SequentialWalk(
      PreparedModel(model), quantizer: quantizer, ranges: ranges, fallback: ActivationRanges(),
      options: options
    ).run(on: SeededInput(), executor: SerialExecutor())
    return (
      try quantizer.quantize(model, ranges: ranges).model,
      try quantizer.quantize(model, ranges: ranges, calibration: calibration).model, calibration
    )
  }

  @Test(arguments: [[5], [1, 1, 5]]) func theMeanIsRestored(dims: [Int]) throws {
    let model = Self.model(dims: dims)
    let (plain, corrected, _) = try Self.calibrated(model)
    func distance(_ other: Model) throws -> Double {
      zip(try Self.means(model), try Self.means(other)).map { abs($0 - $1) }.max() ?? 0
    }
    let before = try distance(plain)
    #expect(before > 1e-3, "rounding must have shifted it")
    // Sums of float32 products; what is left is their rounding.
    #expect(try distance(corrected) < before / 50)
  }

  /// The product passes through a quantizer before the vector is added; its steps of 0.08 are part of what is left.
  @Test func theMeanIsRestoredBehindAQuantizer() throws {
    let model = Self.model(dims: [5])
    let ranges = ActivationRanges(tensors: [
      "image": ValueRange(-4, 4), "positive": ValueRange(0, 4), "product": ValueRange(-10, 10),
      "sum": ValueRange(-10, 10),
    ])
    let (plain, corrected, _) = try Self.calibrated(model, ranges)
    func distance(_ other: Model) throws -> Double {
      zip(try Self.means(model), try Self.means(other)).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(try distance(corrected) < distance(plain) / 4)
  }

  /// Nearly all of `positive` lies above its range. What the range gives up is no error of the layer's: the bias gives back
  /// what rounding took, not what was clipped.
  @Test func whatIsClippedIsNotGivenBack() throws {
    let model = Self.model(dims: [5])
    let ranges = ActivationRanges(tensors: [
      "image": ValueRange(-4, 4), "positive": ValueRange(0, 0.1), "product": ValueRange(-10, 10),
      "sum": ValueRange(-10, 10),
    ])
    let (plain, corrected, _) = try Self.calibrated(model, ranges)
    func distance(_ a: Model, _ b: Model) throws -> Double {
      zip(try Self.means(a), try Self.means(b)).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(try distance(plain, corrected) < distance(plain, model) / 5)
  }

  @Test func aSharedVectorIsLeftAlone() throws {
    let (plain, corrected, calibration) = try Self.calibrated(
      Self.model(dims: [5], isShared: true))
    #expect(calibration.layers.count == 2)
    #expect(calibration.layers.values.allSatisfy { $0.biasShift == nil })
    #expect(try Self.means(plain) == Self.means(corrected))
  }
}
