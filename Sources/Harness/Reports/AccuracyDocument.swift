/// How well one model does against labels, laid out for people, of any task.
struct AccuracyDocument {
  /// A metric, and where it was measured.
  struct Row {
    var name: String
    var value: Double?
    var interval: Interval?
  }

  struct ClassRow {
    var name: String
    var value: Double?
    /// nil where a class is of no single images.
    var count: Int?
  }

  var model: String
  /// The metric that stands first.
  var name: String
  var imageCount: Int
  var rows: [Row]
  var classes: [ClassRow]
  /// What was left out, and what computed the rest.
  var facts: [String]
  var notes: [String]
  var provenance: Provenance?

  var document: ReportDocument {
    ReportDocument(
      title: "Accuracy of \(model)", suite: "calibrant evaluate \(model)", headline: headline,
      checks: rows.map(check) + classes.map(check),
      blocks: [
        .facts(facts),
        .table(
          ReportTable(
            caption: "All of \(ReportText.count(imageCount, "image"))",
            titles: ["metric", "%", "95 %"],
            rows: rows.map { row in
              [
                row.name, MetricText.value(row.value),
                row.interval.map { ReportText.percent($0) } ?? "–",
              ]
            })),
        .table(classTable), .section("Notes", notes), .reproduction(of: provenance),
      ])
  }

  private var headline: String {
    let value = rows.first.map(Self.value) ?? "–"
    return "\(name) \(value) on \(ReportText.count(imageCount, "image"))."
  }

  private var classTable: ReportTable {
    let isCounted = classes.contains { $0.count != nil }
    return ReportTable(
      heading: "By class", caption: "\(name) by class",
      titles: ["class"] + (isCounted ? ["images"] : []) + ["%"],
      rows: classes.map { one in
        [one.name] + (isCounted ? [one.count.map { ReportText.count($0) } ?? "–"] : [])
          + [MetricText.value(one.value)]
      })
  }

  private func check(_ row: Row) -> ReportCheck {
    ReportCheck(group: model, name: row.name, verdict: nil, sentence: Self.value(row))
  }

  /// "93.10 % [90.1, 95.3]"
  private static func value(_ row: Row) -> String {
    guard let value = row.value else { return "–" }
    let interval = row.interval.map { " \(ReportText.percent($0))" }
    return "\(ReportText.percent(value)) %\(interval ?? "")"
  }

  private func check(_ one: ClassRow) -> ReportCheck {
    ReportCheck(
      group: "\(model), classes", name: one.name, verdict: nil,
      sentence: "\(name) \(MetricText.value(one.value)) %"
        + (one.count.map { " of \(ReportText.count($0, "image"))" } ?? ""))
  }
}
