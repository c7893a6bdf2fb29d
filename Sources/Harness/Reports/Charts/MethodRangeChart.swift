import Foundation

/// The observed values of an activation on a logarithmic count, and under them the range of every method.
enum MethodRangeChart {
  private static let width = 420.0
  private static let plotHeight = 90.0
  private static let rowHeight = 20.0

  static func svg(_ activation: ActivationComparison) -> String {
    let observed = activation.observed
    let axis = Axis(
      covering: [observed.lower, observed.upper], limits: -1e38...1e38,
      ticks: 4, pixels: (from: 92, to: width - 14))
    var elements = [bars(activation, axis)]
    for (row, candidate) in activation.candidates.enumerated() {
      elements += range(candidate, row, axis, isChosen: candidate.method == activation.chosen)
    }
    let end = plotHeight + rowHeight * Double(activation.candidates.count) + 8
    elements += axis.grid(to: end)
    return SVG.chart(
      width: Int(width), height: Int(end + 24),
      label: "Observed values of \(activation.tensor) and the range each method chose", elements)
  }

  private static func bars(_ activation: ActivationComparison, _ axis: Axis) -> String {
    let counts = activation.histogram
    guard let most = counts.max(), most > 0 else { return "" }
    let from = axis.position(activation.observed.lower)
    let step = (axis.position(activation.observed.upper) - from) / Double(counts.count)
    // Bars share edges, so one outline serves all.
    var data = "M\(SVG.point(from, plotHeight))"
    for (bin, count) in counts.enumerated() {
      let height = plotHeight * log(Double(count) + 1) / log(Double(most) + 1)
      data += "V\(SVG.n(plotHeight - height))H\(SVG.n(from + step * Double(bin + 1)))"
    }
    return SVG.path(data + "V\(SVG.n(plotHeight))Z", style: "bars", title: "")
  }

  private static func range(
    _ candidate: ActivationComparison.Candidate, _ row: Int, _ axis: Axis, isChosen: Bool
  ) -> [String] {
    let y = plotHeight + rowHeight * Double(row) + 14
    let (from, to) = (axis.position(candidate.range.lower), axis.position(candidate.range.upper))
    let style = isChosen ? "interval activation-based" : "interval original"
    return [
      SVG.text(4, y + 4, candidate.method + (isChosen ? " ✓" : ""), style: "name"),
      SVG.line(from, y, to, y, style: style),
      SVG.line(from, y - 4, from, y + 4, style: style),
      SVG.line(to, y - 4, to, y + 4, style: style),
    ]
  }
}
