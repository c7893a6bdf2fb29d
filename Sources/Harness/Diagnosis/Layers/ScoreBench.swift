import CalibrantEngine
import CalibrantONNXFormat
import CalibrantQuantization
import CalibrantTasks

/// Judges by class scores.
struct ScoreJudge: VariantJudge {
  let images: any MeasuredSamples
  let output: ScoreOutput
  let jobs: Int

  private var labels: [Int] { images.samples.map(\.label) }

  var isLabelled: Bool { !labels.contains { $0 < 0 } }

  func bench(
    _ map: QuantizedLayerMap, on range: Range<Int>, _ hardware: Hardware
  ) throws -> any VariantBench {
    try ScoreBench(
      map, images.some(range), labels: Array(labels[range]),
      Evaluator(jobs: jobs, output: output), hardware: hardware)
  }
}

/// Tries variants on samples of which the class is known, or takes the float model's.
struct ScoreBench<Source: SampleSource>: VariantBench {
  let map: QuantizedLayerMap
  let source: Source
  let labels: [Int]
  let hardware: Hardware
  private let evaluator: Evaluator
  private let float: Scores
  private let kind: MetricKind
  let floatEffect: VariantEffect

  var imageCount: Int { source.count }

  /// - Parameter labels: one per sample; the float model's own answers stand in where they are unknown.
  init(
    _ map: QuantizedLayerMap, _ source: Source, labels: [Int], _ evaluator: Evaluator,
    hardware: Hardware = .exact
  ) throws {
    self.map = map
    self.hardware = hardware
    self.source = source
    self.evaluator = evaluator
    let float = try evaluator.scores(of: Program(map.float), on: source)
    if let sample = (0..<float.count).first(where: { float.top(1, of: $0).isEmpty }),
      let origin = try NonFiniteOrigin.find(in: map.float.model(), on: source, among: [sample])
    {
      throw HarnessError.nonFiniteValues(origin)
    }
    self.float = float
    let isLabelled = !labels.contains { $0 < 0 }
    kind = MetricKind(name: isLabelled ? "top-1" : "agreement")
    self.labels =
      isLabelled
      ? labels : (0..<float.count).map { float.top(1, of: $0).classes.first ?? -1 }
    floatEffect = VariantEffect(kind, float, float: float, labels: self.labels)
  }

  func effect(of variant: Graph) throws -> VariantEffect {
    let scores = try evaluator.scores(of: Program(variant, hardware: hardware), on: source)
    return VariantEffect(kind, scores, float: float, labels: labels)
  }

  func loss(of effect: VariantEffect) -> MetricDifference {
    MetricDifference(
      PairedCounts(before: floatEffect.measure.holds, after: effect.measure.holds), .fixed)
  }
}

extension VariantEffect {
  fileprivate init(_ kind: MetricKind, _ scores: Scores, float: Scores, labels: [Int]) {
    var noise = SignalAndNoise()
    float.values.withUnsafeBufferPointer { x in
      scores.values.withUnsafeBufferPointer { noise.add(x, $0) }
    }
    let isCorrect = labels.enumerated().map {
      scores.top(1, of: $0.offset).classes.first == $0.element
    }
    self.init(
      Measure(kind, holds: isCorrect), imageCount: labels.count,
      decibels: noise.decibels, cost: noise.noise)
  }
}

extension Measure {
  /// Image by image; none where images do not hold or fail.
  var holds: [Bool?] {
    if case .proportion(let holds) = form { holds } else { [] }
  }
}

extension LoadedModel {
  /// Whether an output is one row of class scores per image. Where shapes leave that open, a run on noise tells.
  ///
  /// - Throws: `HarnessError.notAnImageModel`
  public func scoresClasses() throws -> Bool {
    try classScoresFault() == nil
  }

  /// Refuses a model without class scores.
  public func requireClassScores() throws {
    if let fault = try classScoresFault() { throw fault }
  }

  private func classScoresFault() throws -> HarnessError? {
    let noise = try NoiseSource(count: 1, for: program())
    guard scores.classes == nil else { return nil }
    do {
      _ = try Evaluator(jobs: 1, output: scores).scores(of: program(), on: noise)
      return nil
    } catch let error as HarnessError {
      guard case .notClassScores = error else { return nil }
      return error
    } catch {
      // Images of another size may do.
      return nil
    }
  }
}
