import Testing

@testable import CalibrantHarness

@Suite struct ComparisonTests {
  private func evaluation(
    _ name: String, _ kind: Arm.Kind, scheme: String? = nil, wrong: Set<Int>
  ) -> ArmEvaluation {
    ArmEvaluation(
      arm: Arm(name: name, kind: kind, scheme: scheme, method: "m", bytes: 100),
      answers: SampleComparison.records(count: 2000, wrong: wrong))
  }

  private var original: ArmEvaluation { evaluation("original", .original, wrong: []) }
  private var same: Set<Int> { [] }
  private var slightlyWorse: Set<Int> { Set(0..<15) }
  private var muchWorse: Set<Int> { Set(0..<500) }

  private func compare(_ arms: [ArmEvaluation], maxDrop: Double? = 0.01) -> Comparison {
    Comparison(facts: SampleComparison.facts(maxDrop: maxDrop), evaluations: [original] + arms)
  }

  @Test func countsAreThoseOfTheRecords() throws {
    let arms = SampleComparison.comparison.arms
    #expect(arms[0].metric == 0.96 && arms[0].compression == 1)
    #expect(arms[0].drop == nil && arms[0].agreement == nil && arms[0].verdict == nil)
    let percentile = arms[5]
    #expect(percentile.broken == 3 && percentile.fixed == 2)
    #expect(percentile.drop == 1.0 / 400)
    #expect(percentile.agreement == 395.0 / 400)
    #expect(percentile.metric == 383.0 / 400)
    #expect(percentile.compression == 1_234_567.0 / 190_400)
    #expect(percentile.pValue == 1)
  }

  @Test func topFiveCountsAnyOfTheFive() {
    var records = SampleComparison.records(count: 4, wrong: [])
    records[0].top5 = [5, 4, 3, 2, records[0].label]
    records[1].top5 = [5, 4]
    let result = EvaluationResult(
      model: "m.onnx", records: records, classNames: [],
      seconds: .init(decode: 1, inference: 1, total: 2))
    #expect(result.top1 == 0.5 && result.top5 == 0.75)
    #expect(result.imagesPerSecond == 2)
  }

  @Test func activationBasedArmsDecideTheExitCode() {
    let bad = evaluation("w", .weightBased, scheme: "w8", wrong: muchWorse)
    let good = evaluation("a", .activationBased, scheme: "w8", wrong: same)
    let doubtful = evaluation("b", .activationBased, scheme: "w8", wrong: slightlyWorse)
    let failing = evaluation("c", .activationBased, scheme: "w8", wrong: muchWorse)
    #expect(compare([bad, good]).exitCode == 0)
    #expect(compare([bad, good, doubtful]).exitCode == 2)
    #expect(compare([good, doubtful, failing]).exitCode == 1)
    #expect(compare([bad]).exitCode == 1)
    #expect(compare([failing], maxDrop: nil).exitCode == 0)
    #expect(compare([failing], maxDrop: nil).verdict == nil)
    #expect(compare([]).exitCode == 0)
  }

  @Test func activationMeetsTheBestWeightBasedArmOfItsScheme() throws {
    let comparison = compare([
      evaluation("w8 poor", .weightBased, scheme: "w8", wrong: Set(0..<40)),
      evaluation("w8 best", .weightBased, scheme: "w8", wrong: Set(0..<20)),
      evaluation("w4 perfect", .weightBased, scheme: "w4", wrong: []),
      evaluation("w8 observed", .activationBased, scheme: "w8", wrong: Set(15..<25)),
      evaluation("w2 alone", .activationBased, scheme: "w2", wrong: []),
    ])
    #expect(comparison.pairings.count == 1)
    let pairing = try #require(comparison.pairings.first)
    #expect(pairing.weightBased == "w8 best" && pairing.activationBased == "w8 observed")
    // 15 images mended, 5 broken.
    #expect(pairing.difference == -10.0 / 2000)
    #expect(pairing.pValue == McNemar(broken: 5, fixed: 15).pValue)
    #expect(pairing.differenceInterval.upper < 0)
  }

  /// Without activations to scale all methods make one file, which needs one sentence.
  @Test func armsThatAreTheSameFileShareASentence() {
    func observed(_ method: String, file: String) -> ArmEvaluation {
      ArmEvaluation(
        arm: Arm(
          name: "w8 activation-based \(method)", kind: .activationBased, scheme: "w8",
          method: method, bytes: 100, sha256: file),
        answers: SampleComparison.records(count: 2000, wrong: [1]))
    }
    let comparison = compare([
      evaluation("w8 plain", .weightBased, scheme: "w8", wrong: Set(0..<20)),
      observed("minmax", file: "a"), observed("mse", file: "a"), observed("auto", file: "b"),
    ])
    let sentences = ReportSummary(comparison).pairings
    #expect(sentences.count == 2)
    #expect(
      sentences[0].hasPrefix("w8 activation-based minmax/mse is better than w8 plain: +0.95 ["))
    #expect(sentences[1].hasPrefix("w8 activation-based auto is"))
    #expect(comparison.pairings.count == 3)
  }

  @Test func perClassAccuracyNamesOnlyClassesWithImages() {
    let records = SampleComparison.records(count: 12, wrong: [0]).filter { $0.label != 2 }
    let result = EvaluationResult(
      model: "m.onnx", records: records, classNames: ["circle", "square"], skippedImages: ["x.png"],
      seconds: .init(decode: 0, inference: 0, total: 0))
    #expect(result.perClass.map(\.name) == ["circle", "square", "3", "4", "5"])
    #expect(result.perClass.map(\.top1) == [0.5, 1, 1, 1, 1])
    #expect(result.count == 10 && result.skipped == 1 && result.imagesPerSecond == 0)
  }

  /// Letters that take several bytes or code points count as one.
  @Test func namesOfClassesAlign() {
    let result = EvaluationResult(
      model: "m.onnx", records: SampleComparison.records(count: 6, wrong: []),
      classNames: ["straße", "日本", "e\u{301}te\u{301}", "cross", "ring", "gear"], skippedImages: [],
      seconds: .init(decode: 0, inference: 0, total: 0))
    let rows = result.text.split(separator: "\n").filter { $0.hasSuffix("% of 1") }
    #expect(rows.count == 6)
    #expect(
      Set(rows.map { $0.distance(from: $0.startIndex, to: $0.firstIndex(of: "%")!) }).count == 1)
  }

  @Test func classesWithoutImagesAreToldApart() {
    var facts = SampleComparison.facts()
    facts.dataset.classes = 1_000
    func line() -> String {
      ReportSummary(Comparison(facts: facts, evaluations: SampleComparison.evaluations))
        .circumstances[1]
    }
    #expect(line() == "400 test images of 1,000 classes, 128 calibration images")
    facts.dataset.classesWithImages = 6
    #expect(line() == "400 test images of 6 of 1,000 classes, 128 calibration images")
    facts.task = .detection
    #expect(line() == "400 test images, boxes of 1,000 classes, 128 calibration images")
    facts.task = .segmentation
    #expect(line() == "400 test images, pixels of 1,000 classes, 128 calibration images")
  }

  @Test func noImagesGiveNoCertainty() {
    let empty = ArmEvaluation(
      arm: Arm(name: "original", kind: .original, bytes: 0), answers: [])
    let other = ArmEvaluation(
      arm: Arm(name: "w8", kind: .weightBased, scheme: "w8", bytes: 0), answers: [])
    let comparison = Comparison(
      facts: SampleComparison.facts(), evaluations: [empty, other])
    #expect(comparison.arms[1].metricInterval == Interval(0, 1))
    #expect(comparison.arms[1].compression == nil && comparison.arms[1].agreement == nil)
    #expect(comparison.exitCode == 2)
    for format in StandardFormats.all {
      let text = format.init().render(comparison, evaluations: [empty, other])
      #expect(!text.isEmpty && !text.contains("nan"), "\(format.name)")
    }
  }
}
