import CalibrantEngine
import Testing

@testable import CalibrantHarness

@Suite struct ShippingTests {
  /// Of 2,000 images the original gets right; `wrong` of them are lost.
  private func arm(
    _ scheme: String, _ method: String, bytes: Int, wrong: Int, kind: Arm.Kind = .activationBased,
    sha256: String? = nil
  ) -> ArmEvaluation {
    let name = "\(scheme) \(kind.rawValue) \(method)"
    return ArmEvaluation(
      arm: Arm(
        name: name, kind: kind, scheme: scheme, method: method, file: "models/\(method).onnx",
        bytes: bytes, sha256: sha256 ?? name),
      answers: SampleComparison.records(count: 2000, wrong: Set(0..<wrong)))
  }

  private func compare(
    _ arms: [ArmEvaluation], maxDrop: Double? = 0.01, command: [String] = []
  ) -> Comparison {
    var facts = SampleComparison.facts(maxDrop: maxDrop)
    facts.command = command
    let original = ArmEvaluation(
      arm: Arm(name: "original", kind: .original, bytes: 4000),
      answers: SampleComparison.records(count: 2000, wrong: []))
    return Comparison(facts: facts, evaluations: [original] + arms)
  }

  private func shipped(_ arms: [ArmEvaluation], maxDrop: Double? = 0.01) -> String? {
    compare(arms, maxDrop: maxDrop).shipping.map { "\($0.finding.rawValue): \($0.file.name)" }
  }

  /// 3 of 2,000 lost pass a margin of one point, 100 fail it, 15 leave it open.
  @Test func theSmallestWithinTheLimitsIsShipped() {
    #expect(
      shipped([
        arm("w8", "a", bytes: 1000, wrong: 0), arm("w4", "b", bytes: 500, wrong: 3),
        arm("w2", "c", bytes: 250, wrong: 100),
      ]) == "ship: w4 activation-based b")
  }

  @Test func amongEquallySmallOnesTheClosestIsShipped() {
    #expect(
      shipped([
        arm("w4", "a", bytes: 500, wrong: 3), arm("w4", "b", bytes: 509, wrong: 1),
        arm("w4", "c", bytes: 520, wrong: 0),
      ]) == "ship: w4 activation-based b")
  }

  @Test func tiesGoToTheSmallerThenTheFirst() {
    #expect(
      shipped([
        arm("w4", "a", bytes: 505, wrong: 1), arm("w4", "b", bytes: 500, wrong: 1),
        arm("w4", "c", bytes: 500, wrong: 1),
      ]) == "ship: w4 activation-based b")
  }

  /// A gain of some images is no reason to ship the larger file.
  @Test func gainsAreNoLoss() {
    let original = ArmEvaluation(
      arm: Arm(name: "original", kind: .original, bytes: 4000),
      answers: SampleComparison.records(count: 2000, wrong: Set(0..<10)))
    let evaluations = [
      original, arm("w8", "a", bytes: 1000, wrong: 2), arm("w4", "b", bytes: 500, wrong: 9),
    ]
    let comparison = Comparison(
      facts: SampleComparison.facts(maxDrop: nil), evaluations: evaluations)
    #expect(comparison.shipping?.file.name == "w4 activation-based b")
  }

  @Test func nothingIsShippedThatDidNotPass() {
    #expect(
      shipped([arm("w4", "a", bytes: 500, wrong: 15), arm("w2", "b", bytes: 250, wrong: 100)])
        == "undecided: w4 activation-based a")
    #expect(
      shipped([arm("w4", "a", bytes: 500, wrong: 90), arm("w2", "b", bytes: 250, wrong: 100)])
        == "none: w4 activation-based a")
    #expect(
      shipped(
        [arm("w4", "a", bytes: 500, wrong: 90), arm("w8", "b", bytes: 900, wrong: 2)], maxDrop: nil)
        == "closest: w8 activation-based b")
    #expect(shipped([]) == nil)
  }

  /// What shows a step's worth is no candidate.
  @Test func ablationsAreNotShipped() {
    #expect(
      shipped([
        arm("w4", "auto", bytes: 500, wrong: 2),
        arm("w4", "auto without bias correction", bytes: 500, wrong: 0),
      ]) == "ship: w4 activation-based auto")
  }

  @Test func everyFormatSaysItFirst() throws {
    let evaluations = [arm("w4", "a", bytes: 500, wrong: 3)]
    let comparison = compare(evaluations)
    let sentence =
      "Ship w4 activation-based a (models/a.onnx, 500 B, ÷8.00), PASS: top-1 -0.15 points"
    #expect(ShippingText(comparison)?.sentence.hasPrefix(sentence) == true)
    let outcome = ComparisonRun.Outcome(
      comparison: comparison,
      listing: ClassListing(comparison, evaluations + evaluations))
    for format in StandardFormats.all where format != CSVRecords.self {
      let text = try #require(format.init().render(outcome))
      let body = text.range(of: "<body>").map { text[$0.upperBound...] } ?? text[...]
      let words = body.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      let place = try #require(words.range(of: sentence), "\(format.name)")
      guard format != JSONReport.self else { continue }
      let verdict = try #require(words.range(of: "in all of 1"), "\(format.name)")
      #expect(place.lowerBound < verdict.lowerBound, "\(format.name)")
    }
  }

  @Test func theNextCommandFollowsFromTheFinding() {
    let command = [
      "compare", "m.onnx", "--images", "test", "--resize", "none", "--limit", "2000",
      "--schemes", "w4", "--max-drop", "1",
    ]
    func next(wrong: Int, maxDrop: Double? = 0.01) -> String? {
      ShippingText(
        compare([arm("w4", "a", bytes: 500, wrong: wrong)], maxDrop: maxDrop, command: command))?
        .next
    }
    #expect(next(wrong: 0) == nil)
    #expect(
      next(wrong: 100)
        == "calibrant inspect m.onnx models/a.onnx --data test --resize none -o layers")
    // As many images as would settle it, to two digits.
    let needed = compare([arm("w4", "a", bytes: 500, wrong: 15)]).arms[1].imagesNeeded ?? 0
    #expect(needed > 2000)
    #expect(
      next(wrong: 15)?.contains("--limit \(ReportText.roughly(needed)) ") == true)
    #expect(next(wrong: 3, maxDrop: nil)?.hasSuffix("--max-drop 1") == true)
  }
}

@Suite struct ComparedFileTests {
  private func arm(_ method: String, _ sha256: String?) -> ArmEvaluation {
    ArmEvaluation(
      arm: Arm(
        name: "w8 activation-based \(method)", kind: .activationBased, scheme: "w8", method: method,
        bytes: 100, sha256: sha256),
      answers: SampleComparison.records(count: 600, wrong: Set(method == "mse" ? 0..<40 : 0..<9)))
  }

  private func files(_ arms: [ArmEvaluation]) -> Comparison {
    let original = ArmEvaluation(
      arm: Arm(name: "original", kind: .original, bytes: 400),
      answers: SampleComparison.records(count: 600, wrong: []))
    return Comparison(facts: SampleComparison.facts(), evaluations: [original] + arms)
  }

  @Test func armsOfOneFileAreOne() {
    let some = files([arm("minmax", "x"), arm("mse", "y"), arm("auto", "x")])
    #expect(
      some.files.map(\.name) == [
        "original", "w8 activation-based minmax/auto", "w8 activation-based mse",
      ])
    let all = files([arm("minmax", "x"), arm("auto", "x"), arm("auto without mixing", "z")])
    #expect(
      all.files.map(\.name) == [
        "original", "w8 activation-based, any method", "w8 activation-based auto without mixing",
      ])
    #expect(files([arm("minmax", nil), arm("auto", nil)]).files.count == 3)
  }

  /// Two files are two tests, however many arms they are.
  @Test func holmCountsFiles() {
    let comparison = files([arm("minmax", "x"), arm("auto", "x"), arm("mse", "y")])
    let p = comparison.arms.dropFirst().compactMap(\.pValue)
    let expected = Holm.adjusted([p[0], p[2]])
    #expect(
      comparison.arms.dropFirst().map(\.adjustedP) == [expected[0], expected[0], expected[1]])
    #expect(expected[1] == min(1, 2 * p[2]))
  }
}
