/// The tables of a page that go with a task's metric: by class, and output by output.
struct MetricTables {
  let comparison: Comparison

  init(_ comparison: Comparison) { self.comparison = comparison }

  var html: String { [classes, outputs].filter { !$0.isEmpty }.joined(separator: "\n") }

  private var classes: String {
    let columns = comparison.arms.filter { !($0.details?.perClass.isEmpty ?? true) }
    let names = columns.first?.details?.perClass.map(\.name) ?? []
    guard !names.isEmpty else { return "" }
    let rows = names.map { name in
      [name]
        + columns.map { arm in
          MetricText.value(arm.details?.perClass.first { $0.name == name }?.value)
        }
    }
    return table(
      "\(comparison.kind.title) by class", ["class"] + columns.map { "\($0.name) %" }, rows)
  }

  private var outputs: String {
    let rows = comparison.arms.flatMap { arm in
      (arm.details?.outputs ?? []).map { output in
        [
          arm.name, output.title, output.sqnr.map { ReportText.fixed($0, 1) } ?? "∞",
          output.cosine.map { ReportText.fixed($0, 5) } ?? "–",
          ReportText.significant(output.maxAbsError),
        ]
      }
    }
    guard !rows.isEmpty else { return "" }
    return table(
      "Outputs beside the original's",
      ["arm", "output", "SQNR dB", "cosine", "largest difference"], rows)
  }

  private func table(_ title: String, _ titles: [String], _ rows: [[String]]) -> String {
    "<h2>\(Escaping.html(title))</h2>\n"
      + HTMLTable.scrolling(title, titles: titles, rows: rows)
  }
}

extension OutputFidelity {
  /// "boxes", "boxes, 0 to 3 of axis 1".
  var title: String {
    guard let part else { return name }
    return
      "\(name), \(part.places.lowerBound) to \(part.places.upperBound - 1) of axis \(part.axis)"
  }
}
