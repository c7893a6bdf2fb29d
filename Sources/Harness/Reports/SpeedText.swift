/// What a comparison says of speed beside the original's; nothing where it was not measured.
struct SpeedText {
  let comparison: Comparison

  private var arms: [ArmResult] { comparison.arms.filter { $0.speed != nil } }

  static func cell(_ ratio: MedianRatio) -> String {
    let interval = ratio.interval.map {
      " [\(ReportText.fixed($0.lower, 2)), \(ReportText.fixed($0.upper, 2))]"
    }
    return "\(ReportText.fixed(ratio.ratio, 2))×\(interval ?? "")"
  }

  var legend: [String] {
    let machine = comparison.facts.machine
    return arms.isEmpty
      ? []
      : [
        "speed = images/s of \(ReportText.count(machine.threads, "worker")) on \(machine.cpu) as a multiple of the "
          + "original's, in turns: the median of the rounds and its 95 % interval."
      ]
  }

  /// A sentence per file, for tables that have no room for another column.
  var sentences: [String] {
    comparison.files.compactMap { file in
      file.result.speed.map { "\(file.name): \(Self.cell($0))" }
    }
  }
}
