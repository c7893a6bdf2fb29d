import CalibrantHarness

/// A comparison of any size whose numbers follow from their place alone.
enum LargeComparison {
  private static let classes = 1000

  static func evaluations(arms: Int, images: Int, layers: Int) -> [ArmEvaluation] {
    (0..<arms).map { index in
      let scheme = ["w8", "w4", "w8a8", "w4a8"][index % 4]
      let kind: Arm.Kind =
        index == 0 ? .original : index % 5 == 1 ? .weightBased : .activationBased
      let name = index == 0 ? "original" : "\(scheme) \(kind.rawValue) method\(index)"
      return ArmEvaluation(
        arm: Arm(
          name: name, kind: kind, scheme: index == 0 ? nil : scheme,
          method: index == 0 ? nil : "method\(index)", bytes: index == 0 ? 40_000_000 : 11_000_000),
        answers: (0..<images).map { record($0, arm: index) }, logitSQNR: 20, logitKL: 0.01,
        quantizeSeconds: 1, imagesPerSecond: 100, bitsPerWeight: 8,
        layers: index == 0
          ? []
          : (0..<layers).map {
            LayerNoise(layer: "layer\($0).conv", sqnr: 40 - Double($0 * index) / 50)
          })
    }
  }

  private static func record(_ image: Int, arm: Int) -> Record {
    let mixed = UInt64(image + 1) &* 0x9E37_79B9_7F4A_7C15
    let label = image % classes
    // The original errs on a fifth of the images, each arm on two percent more.
    let isWrong = mixed % 5 == 0 || (arm > 0 && (mixed >> 8) % 50 == UInt64(arm % 50))
    let first = (label + (isWrong ? 1 : 0)) % classes
    let hash = String(mixed, radix: 16)
    return Record(
      path: "n\(10_000_000 + label)/ILSVRC2012_val_\(image).JPEG",
      contentHash: String(repeating: hash, count: 4), label: label,
      top5: (0..<5).map { (first + 7 * $0) % classes }, margin: Float(mixed % 9973) / 997)
  }

  static func activations(_ count: Int) -> [ActivationComparison] {
    (0..<count).map { index in
      ActivationComparison(
        tensor: "layer\(index).relu",
        candidates: ["minmax", "percentile", "entropy", "mse"].enumerated().map { place, method in
          .init(
            method: method, range: Interval(0, 6 - Double(place)), sqnr: 30 + Double(place),
            readerError: 1 + Double(place))
        }, chosen: "minmax", basis: .readers, histogram: (0..<64).map { (64 - $0) * (index + 1) },
        observed: Interval(0, 6))
    }
  }

  static func facts(images: Int) -> ComparisonFacts {
    ComparisonFacts(
      model: .init(
        name: "large.onnx", sha256: String(repeating: "0", count: 64), bytes: 40_000_000,
        parameters: 10_000_000),
      dataset: .init(
        count: images, classes: classes, calibrationCount: 500, overlap: 0,
        classNames: (0..<classes).map { "n\(10_000_000 + $0)" }),
      preprocessing: [.init("resize", "256"), .init("crop", "224")],
      machine: .init(cpu: "any", cores: 2, blas: "any", threads: 2), maxDrop: 0.01)
  }
}
