/// A quantized model layer by layer, in every arithmetic asked for.
public struct InspectionReport: Reportable {
  public let inspections: [LayerInspection]
  /// Where it does worst.
  public let worst: LayerInspection

  /// - Parameter inspections: of the same layers; the exact arithmetic first.
  /// - Precondition: there is one.
  public init(_ inspections: [LayerInspection]) {
    self.inspections = inspections
    worst = inspections.min { ($0.rounded.metric ?? 0) < ($1.rounded.metric ?? 0) }!
  }

  public var text: String { inspections.map(\.text).joined(separator: "\n\n") }
  public var json: String { worst.json(among: inspections) }
  public var document: ReportDocument { worst.document }
}

extension LayerInspection {
  fileprivate var document: ReportDocument {
    ReportDocument(
      title: "Layers of \(quantizedModel)", suite: "calibrant inspect \(quantizedModel)",
      headline: advice, checks: layers.map(check),
      blocks: suggestionBlocks + [
        .facts(
          [measured] + (hardware == .exact ? [] : ["computed as on \(hardware.description)"])
            + notes.map { "Note: \($0)" }),
        .table(outputs), .offPage(.legend(legendLines)),
        .offPage(
          .table(
            ReportTable(
              heading: "Layers, the most damaging first", caption: "", titles: titles,
              rows: layers.map(cells)))),
      ] + drawings + [.reproduction(of: provenance)], sheet: Self.sheet)
  }

  private var measured: String {
    "\(model): \(measureName) \(MetricText.value(float.metric)) % in float, "
      + "\(MetricText.value(rounded.metric)) % quantized, a change of \(MetricText.change(loss)) points on the "
      + "\(ReportText.count(sampleCount, "image")) that layers are ranked on"
  }

  /// None of class scores.
  private var outputs: ReportTable {
    ReportTable(
      heading: "Outputs of the quantized model", caption: "Outputs beside the original's",
      titles: ["output", "SQNR dB", "cosine", "largest difference"],
      rows: rounded.outputs.map { output in
        [
          output.title, Self.decibels(output.sqnr),
          output.cosine.map { ReportText.fixed($0, 5) } ?? "–", "\(Float(output.maxAbsError))",
        ]
      })
  }

  private var suggestionBlocks: [ReportBlock] {
    guard let flags = suggestion?.flags else { return [] }
    return [.facts(suggestionLines.filter { !$0.isEmpty && $0 != flags }), .code(flags)]
  }

  /// No layer passes or fails: what it costs is a fact.
  private func check(_ layer: Layer) -> ReportCheck {
    ReportCheck(
      group: quantizedModel, name: layer.name, verdict: nil,
      sentence: "only it rounded: SQNR \(Self.decibels(layer.oneIn.decibels)) dB, change "
        + "\(Self.points(layer.oneIn.difference(to: float))) points; in float it wins "
        + "\(Self.points(layer.leftOut.difference(to: rounded))) points for "
        + "+\(ReportText.bytes(layer.bytesInFloat))")
  }
}
