import Foundation

extension EvaluationResult {
  /// The result for people.
  public var text: String {
    var lines = [
      "\(model): top-1 \(ReportText.percent(top1)) % \(ReportText.percent(top1Interval)), "
        + "top-5 \(ReportText.percent(top5)) %, \(ReportText.count(count, "image"))"
    ]
    if perClass.count <= 20 {
      let width = perClass.map(\.name.count).max() ?? 0
      lines += perClass.map { accuracy in
        let padding = String(repeating: " ", count: width - accuracy.name.count)
        return
          "  \(accuracy.name)\(padding)  \(ReportText.percent(accuracy.top1)) % of \(accuracy.count)"
      }
    }
    if let nonFinite { lines.append("warning: \(nonFinite.warning)") }
    lines += hardwareLines
    if skipped > 0 {
      lines.append("left out \(ReportText.count(skipped, "unreadable image")):")
      lines += skippedImages.map { "  \($0)" }
    }
    lines += [provenance?.arithmeticSentence].compactMap(\.self)
    lines.append(
      "\(ReportText.fixed(imagesPerSecond, 1)) images/s; seconds: decoding "
        + "\(ReportText.fixed(seconds.decode, 2)), inference "
        + "\(ReportText.fixed(seconds.inference, 2)), total \(ReportText.fixed(seconds.total, 2))")
    return lines.joined(separator: "\n")
  }

  private var hardwareLines: [String] {
    let measured = hardware?.measured ?? []
    var lines = measured.map { hardware, result in
      let same = result.agreement.map {
        ", the same class as exact sums give on \(ReportText.percent($0)) %"
      }
      return "  \(hardware.description): top-1 \(MetricText.value(result.metric)) % "
        + "\(result.metricInterval.map { ReportText.percent($0) } ?? "")\(same ?? "")"
    }
    if let layers = saturation?.responsible { lines.append("  clamped without VNNI: \(layers)") }
    if measured.isEmpty, let sentence = saturation?.sentence { lines.append("note: \(sentence)") }
    return lines
  }
}
