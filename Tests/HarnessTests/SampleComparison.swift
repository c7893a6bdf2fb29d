import CalibrantEngine
import CalibrantHarness

/// One fixed comparison that every report format is held against.
enum SampleComparison {
  static let classNames = ["circle", "square", "star", "cross", "ring", "gear"]

  /// Predictions that are one class off on `wrong` and right elsewhere.
  static func records(count: Int = 400, wrong: Set<Int>) -> [Record] {
    (0..<count).map { i in
      let label = i % 6
      let order = (0..<5).map { (label + $0 + (wrong.contains(i) ? 1 : 0)) % 6 }
      let hash = String(UInt64(i + 1) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
      return Record(
        path: "\(classNames[label])/\(i).png", contentHash: hash, label: label, top5: order,
        margin: Float(i % 7) / 8)
    }
  }

  private static func every(_ step: Int, from start: Int = 0) -> Set<Int> {
    Set(stride(from: start, to: 400, by: step))
  }

  private static func arm(
    _ kind: Arm.Kind, _ scheme: String, _ method: String, bytes: Int, wrong: Set<Int>,
    sqnr: Double, unseen: Int = 0, speed: Double? = nil, notes: [String] = []
  ) -> ArmEvaluation {
    let name = "\(scheme) \(kind.rawValue) \(method)"
    var evaluation = ArmEvaluation(
      arm: Arm(
        name: name, kind: kind, scheme: scheme, method: method, granularity: "per-channel",
        file: "models/\(scheme)-\(method).onnx", bytes: bytes),
      answers: records(wrong: wrong), logitSQNR: sqnr, logitKL: 1 / sqnr, quantizeSeconds: 0.25,
      imagesPerSecond: 900, bitsPerWeight: scheme.hasPrefix("w4") ? 4.25 : 8.125,
      tensorsWithoutObservations: unseen, notes: notes,
      layers: [
        LayerNoise(layer: "conv", sqnr: sqnr + 6), LayerNoise(layer: "pool<1>", sqnr: nil),
        LayerNoise(layer: "fc", sqnr: sqnr + 0.5),
      ])
    evaluation.speed = speed.map { ratio in MedianRatio((-4...4).map { ratio + 0.02 * Double($0) })
    }
    return evaluation
  }

  /// Two activations: one that its readers decided, one without any.
  static let activations: [ActivationComparison] = {
    func candidate(
      _ method: String, _ upper: Double, _ sqnr: Double?, _ error: Double? = nil
    ) -> ActivationComparison.Candidate {
      .init(method: method, range: Interval(0, upper), sqnr: sqnr, readerError: error)
    }
    return [
      ActivationComparison(
        tensor: "relu", candidates: [candidate("minmax", 6, 30, 2), candidate("mse", 4.5, 34, 1)],
        chosen: "mse", basis: .readers, histogram: [900, 80, 12, 0, 0, 1],
        observed: Interval(0, 6)),
      ActivationComparison(
        tensor: "add & more", candidates: [candidate("minmax", 1, nil), candidate("mse", 1, nil)],
        chosen: "minmax", basis: .tensor, histogram: [1, 0, 0, 1], observed: Interval(0, 1)),
    ]
  }()

  static let evaluations: [ArmEvaluation] = {
    let base = every(25)
    return [
      ArmEvaluation(
        arm: Arm(name: "original", kind: .original, bytes: 1_234_567),
        answers: records(wrong: base), imagesPerSecond: 1000),
      arm(.weightBased, "w8", "plain", bytes: 330_100, wrong: base, sqnr: 41.5, speed: 1),
      arm(
        .weightBased, "w4a8", "plain", bytes: 190_200, wrong: base.union(every(5, from: 1)),
        sqnr: 9.75),
      arm(
        .weightBased, "w4a8", "corrected", bytes: 190_300, wrong: base.union(every(16, from: 3)),
        sqnr: 14.5, speed: 2.125),
      arm(
        .activationBased, "w4a8", "minmax", bytes: 190_400, wrong: base.union(every(40, from: 7)),
        sqnr: 18.25, unseen: 2),
      arm(
        .activationBased, "w4a8", "percentile", bytes: 190_400,
        wrong: base.subtracting([0, 25]).union([1, 2, 3]), sqnr: 21,
        notes: ["Two layers kept float weights."]),
    ]
  }()

  static func facts(maxDrop: Double? = 0.01) -> ComparisonFacts {
    ComparisonFacts(
      model: .init(
        name: "shapes.onnx", sha256: String(repeating: "0123456789abcdef", count: 4),
        bytes: 1_234_567, parameters: 305_418),
      dataset: .init(
        count: 400, classes: 6, calibrationCount: 128, overlap: 3, skipped: ["star/broken.jpg"],
        classNames: classNames),
      preprocessing: [.init("resize", "73"), .init("crop", "64"), .init("channels", "rgb")],
      machine: .init(cpu: "Sample CPU", cores: 2, blas: "OpenBLAS sample", threads: 1),
      maxDrop: maxDrop)
  }

  /// Six records per arm, enough to see how records are written.
  static let shortEvaluations = evaluations.map { evaluation in
    var short = evaluation
    short.records = Array(evaluation.records.prefix(6))
    return short
  }

  static let comparison = Comparison(
    facts: facts(), evaluations: evaluations, activations: activations)
}

extension Provenance {
  static func sample(
    model: String = "a", resize: String = "32", classNames: [String] = SampleComparison.classNames,
    calibration: String? = nil, kernels: String = "sample",
    arithmetic: Arithmetic? = nil
  ) -> Provenance {
    Provenance(
      modelSHA256: model, output: "scores", preprocessing: [.init("resize", resize)],
      classNames: classNames, dataDigest: String(repeating: "0", count: 63) + "1",
      calibrationDigest: calibration, arithmetic: arithmetic, kernels: kernels)
  }
}

extension SampleComparison {
  /// Of a part that can be joined with others.
  static func joinableFacts(maxDrop: Double?) -> ComparisonFacts {
    var facts = facts(maxDrop: maxDrop)
    facts.provenance = .sample(calibration: "c")
    return facts
  }
}
