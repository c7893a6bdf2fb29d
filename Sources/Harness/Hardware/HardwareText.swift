import CalibrantEngine

/// What a comparison says of kinds of hardware, one sentence each; nothing where only one was measured.
struct HardwareText {
  let comparison: Comparison

  /// Those with sums that can be clamped.
  private var files: [ComparedFile] {
    comparison.files.filter { file in
      file.result.hardware?.count ?? 0 > 1 && file.result.saturation?.isEmpty == false
    }
  }

  /// What is the same or not.
  private var answer: String { comparison.facts.task == .classification ? "class" : "answer" }

  var sentences: [String] {
    files.isEmpty ? [] : [explanation] + files.compactMap(sentence) + untouched + cures
  }

  private var explanation: String {
    "8-bit layers were computed in two ways: exactly, as on x86 CPUs with VNNI and on ARM, and as on "
      + "\(Hardware.noVNNI.description), which clamp the sum of two products to 16 bits. \(comparison.kind.title), change and verdict are "
      + "those of the worse."
  }

  /// Of a file that something can be said of: sums are clamped, or what is measured differs.
  private func sentence(_ file: ComparedFile) -> String? {
    let arm = file.result
    guard let exact = arm.hardware?[.exact], let other = arm.hardware?[.noVNNI], !isUntouched(file)
    else { return nil }
    let layers =
      arm.saturation?.responsible.map { "; clamped are \($0)" } ?? "; hardly any sum is clamped"
    let same = arm.hardwareAgreement.map {
      ", the same \(answer) on \(ReportText.percent($0, decimals: 1)) % of images"
    }
    return "\(file.name): change \(Self.change(exact)) with VNNI, \(Self.change(other)) without"
      + "\(same ?? "")\(layers)."
  }

  private func isUntouched(_ file: ComparedFile) -> Bool {
    let arm = file.result
    return arm.saturation?.responsible == nil
      && arm.hardware?[.exact]?.metric == arm.hardware?[.noVNNI]?.metric
  }

  /// The files that it makes no difference to.
  private var untouched: [String] {
    let names = files.filter(isUntouched).map(\.name)
    return names.isEmpty
      ? []
      : [
        "Hardly any sum is clamped, and \(comparison.kind.name) is the same on both, in \(ReportText.list(names))."
      ]
  }

  static func change(_ result: HardwareResult) -> String {
    MetricText.change(result.drop, result.dropInterval)
  }

  /// Where CPUs without VNNI lose more than they need.
  private var cures: [String] {
    let suffering = files.filter { file in
      let arm = file.result
      guard let exact = arm.hardware?[.exact], let other = arm.hardware?[.noVNNI] else {
        return false
      }
      return other.metric ?? 0 < exact.metric ?? 0 && (arm.hardwareAgreement ?? 1) < 0.97
    }
    guard !suffering.isEmpty else { return [] }
    return [
      "What CPUs without VNNI lose in \(ReportText.list(suffering.map(\.name))) is cured in the file: "
        + "--saturation-safe auto or always chooses weights with which no sum can be clamped, and --layer-bits NAME=7 "
        + "gives a layer such weights."
    ]
  }
}
