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
    lines += Self.circumstances(skippedImages, provenance)
    lines += seconds.map { [$0.sentence(of: count)] } ?? []
    return lines.map(Escaping.terminal).joined(separator: "\n")
  }

  /// What was left out, and what computed the rest.
  static func circumstances(_ skippedImages: [String], _ provenance: Provenance?) -> [String] {
    let skipped =
      skippedImages.isEmpty
      ? []
      : ["left out \(ReportText.count(skippedImages.count, "unreadable image")):"]
        + skippedImages.map { "  \($0)" }
    return skipped + [provenance?.arithmeticSentence].compactMap(\.self)
  }

  /// The same in sentences.
  static func sentences(_ skippedImages: [String], _ provenance: Provenance?) -> [String] {
    let skipped = skippedImages.prefix(5).joined(separator: ", ")
    return
      (skippedImages.isEmpty
      ? []
      : [
        "left out \(ReportText.count(skippedImages.count, "unreadable image")): \(skipped)"
          + (skippedImages.count > 5 ? ", …" : "")
      ])
      + [provenance?.arithmeticSentence].compactMap(\.self)
  }

  private var hardwareLines: [String] {
    let measured = hardware?.measured ?? []
    let lines = measured.map { hardware, result in
      let same = result.agreement.map {
        ", the same class as exact sums give on \(ReportText.percent($0)) %"
      }
      return "  \(hardware.description): top-1 \(MetricText.value(result.metric)) % "
        + "\(result.metricInterval.map { ReportText.percent($0) } ?? "")\(same ?? "")"
    }
    return lines + Self.clamped(saturation, isMeasured: !measured.isEmpty)
  }

  /// Which layers' sums are clamped on hardware without VNNI, or can be where that was not measured.
  static func clamped(_ layers: [LayerSaturation]?, isMeasured: Bool) -> [String] {
    let responsible = layers?.responsible.map { "  clamped without VNNI: \($0)" }
    let possible = isMeasured ? nil : layers?.sentence.map { "note: \($0)" }
    return [responsible, possible].compactMap(\.self)
  }
}

extension EvaluationResult.Seconds {
  func sentence(of imageCount: Int) -> String {
    "\(ReportText.fixed(rate(of: imageCount), 1)) images/s; seconds: decoding "
      + "\(ReportText.fixed(decode, 2)), inference "
      + "\(ReportText.fixed(inference, 2)), total \(ReportText.fixed(total, 2))"
  }
}
