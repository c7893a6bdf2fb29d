/// The part of the HTML report that holds calibration methods' ranges against each other.
struct HTMLMethods {
  let comparison: Comparison

  private var activations: [ActivationComparison] { comparison.activations }

  /// The range of every activation by every method, on demand with its histogram.
  var ranges: String {
    guard let first = activations.first else { return "" }
    let methods = first.candidates.map(\.method)
    let head = methods.map { "<th scope=\"col\" class=\"number\">\(Escaping.html($0))</th>" }
    let rows = activations.map { Self.row($0, methods: methods) }
    let histograms = activations.map { activation in
      "<details class=\"histogram\"><summary>\(Escaping.html(activation.tensor))</summary>\n"
        + "\(MethodRangeChart.svg(activation))\n</details>"
    }
    let legend =
      ReportSummary(comparison).methodChoices + [
        "Each cell: the range, the SQNR of the activation itself in dB, and where layers decided what it costs their "
          + "outputs as a multiple of the least."
      ]
    return """
      <h2>Activation ranges by method</h2>
      <p class="legend">\(legend.map(Escaping.html).joined(separator: "<br>"))</p>
      \(HTMLTable.onDemand(
        "Range and error of \(ReportText.count(activations.count, "activation"))",
        head: "<th scope=\"col\">activation</th><th scope=\"col\">auto took</th>" + head.joined(),
        rows: rows))
      <details><summary>Histograms of observed values</summary>
      \(histograms.joined(separator: "\n"))
      </details>
      """
  }

  private static func row(_ activation: ActivationComparison, methods: [String]) -> String {
    let least = activation.candidates.compactMap(\.readerError).min()
    let cells = methods.map { method in
      activation.candidates.first { $0.method == method }.map { candidate in
        let isChosen = method == activation.chosen
        return "<td class=\"number\">\(isChosen ? "<b>" : "")\(ReportText.range(candidate.range))"
          + "\(isChosen ? "</b>" : "")<br><span class=\"soft\">"
          + "\(cost(candidate, least: least))</span></td>"
      } ?? "<td class=\"number\">–</td>"
    }
    let chosen = activation.chosen.map { Escaping.html($0) } ?? "–"
    let basis = activation.basis.map(Self.text) ?? ""
    return "<tr><th scope=\"row\">\(Escaping.html(activation.tensor))</th>"
      + "<td>\(chosen)<br><span class=\"soft\">\(basis)</span></td>\(cells.joined())</tr>"
  }

  private static func text(_ basis: ActivationComparison.Basis) -> String {
    switch basis {
    case .readers: "by its readers"
    case .tensor: "by itself"
    case .network: "by the network's outputs"
    }
  }

  private static func cost(
    _ candidate: ActivationComparison.Candidate, least: Double?
  ) -> String {
    let own = candidate.sqnr.map { ReportText.fixed($0, 1) + " dB" } ?? "exact"
    guard let error = candidate.readerError, let least, least > 0 else { return own }
    return "\(own), ×\(ReportText.fixed(error / least, 2))"
  }
}
