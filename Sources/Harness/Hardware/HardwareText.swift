import Engine

/// What a comparison says of kinds of hardware, one sentence each; nothing where only one was measured.
struct HardwareText {
  let comparison: Comparison

  private var arms: [ArmResult] {
    comparison.arms.filter { $0.hardware?.count ?? 0 > 1 && $0.saturation?.isEmpty == false }
  }

  /// What is the same or not.
  private var answer: String { comparison.facts.task == .classification ? "class" : "answer" }

  var sentences: [String] {
    arms.isEmpty ? [] : [explanation] + arms.compactMap(sentence) + cures
  }

  private var explanation: String {
    "8-bit layers were computed in two ways: exactly, as on x86 CPUs with VNNI and on ARM, and as on "
      + "\(Hardware.noVNNI.description), which clamp the sum of two products to 16 bits. \(comparison.kind.title), drop and verdict are "
      + "those of the worse."
  }

  private func sentence(_ arm: ArmResult) -> String? {
    guard let exact = arm.hardware?[.exact], let other = arm.hardware?[.noVNNI] else { return nil }
    let layers =
      arm.saturation?.responsible.map { "; clamped are \($0)" } ?? "; hardly any sum is clamped"
    let same = arm.hardwareAgreement.map {
      ", the same \(answer) on \(ReportText.percent($0, decimals: 1)) % of images"
    }
    return "\(arm.name): drop \(Self.drop(exact)) with VNNI, \(Self.drop(other)) without"
      + "\(same ?? "")\(layers)."
  }

  static func drop(_ result: HardwareResult) -> String {
    MetricText.drop(result.drop, result.dropInterval)
  }

  /// Where CPUs without VNNI lose more than they need.
  private var cures: [String] {
    let suffering = arms.filter { arm in
      guard let exact = arm.hardware?[.exact], let other = arm.hardware?[.noVNNI] else {
        return false
      }
      return other.metric ?? 0 < exact.metric ?? 0 && (arm.hardwareAgreement ?? 1) < 0.97
    }
    guard !suffering.isEmpty else { return [] }
    return [
      "What CPUs without VNNI lose in \(suffering.map(\.name).joined(separator: ", ")) is cured in the file: "
        + "--saturation-safe auto or always chooses weights with which no sum can be clamped, and --layer-bits NAME=7 "
        + "gives a layer such weights."
    ]
  }
}
