/// The part of the HTML report that is about single layers: where along the network the error comes in.
struct HTMLLayers {
  let arms: [ArmResult]

  /// Arms by scheme, in the order of the comparison.
  private var schemes: [(name: String, arms: [ArmResult])] {
    arms.reduce(into: []) { schemes, arm in
      guard let scheme = arm.scheme, !arm.layers.isEmpty else { return }
      if let index = schemes.firstIndex(where: { $0.name == scheme }) {
        schemes[index].arms.append(arm)
      } else {
        schemes.append((scheme, [arm]))
      }
    }
  }

  var section: String {
    let figures = schemes.compactMap { name, arms -> String? in
      let label = "SQNR of every layer's output, \(name)"
      return LayerChart.svg(arms, label: label).map {
        "<figure><figcaption>\(Escaping.html(name))</figcaption>\n\($0)\n</figure>"
      }
    }
    guard !figures.isEmpty else { return "" }
    return """
      <h2>Error layer by layer</h2>
      <p class="legend">SQNR of each layer's output against the original's, in dB, measured on a few of the images; a \
      line that falls and stays low shows where the error comes in. <code>calibrant inspect</code> says what each layer \
      costs alone.</p>
      <div class="charts">
      \(figures.joined(separator: "\n"))
      </div>
      \(schemes.map(Self.table).joined(separator: "\n"))
      """
  }

  private static func table(_ scheme: String, _ arms: [ArmResult]) -> String {
    let lines = LayerChart.lines(arms)
    let head = lines.map { line in
      "<th scope=\"col\" class=\"number\">\(line.kind.rawValue)<br>"
        + Escaping.html(line.names.joined(separator: ", ")) + "</th>"
    }
    let names = arms[0].layers.map(\.layer)
    let rows = names.enumerated().map { index, name in
      let cells = lines.map { line in
        let value = line.values.indices.contains(index) ? line.values[index] : nil
        return "<td class=\"number\">\(value.map { ReportText.fixed($0, 1) } ?? "–")</td>"
      }
      return "<tr><th scope=\"row\">\(Escaping.html(name))</th>\(cells.joined())</tr>"
    }
    return HTMLTable.onDemand(
      "\(scheme): every layer's SQNR, dB", head: "<th scope=\"col\">layer</th>" + head.joined(),
      rows: rows)
  }
}
