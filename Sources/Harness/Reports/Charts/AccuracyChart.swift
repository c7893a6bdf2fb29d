/// Top-1 of every arm with its 95 % interval, against the original's.
enum AccuracyChart {
  private static let width = 420
  private static let rowHeight = 40.0
  private static let bottom = 44.0

  static func svg(_ arms: [ArmResult]) -> String {
    let height = rowHeight * Double(arms.count) + bottom
    let low = arms.map(\.top1Interval.lower).min() ?? 0
    let high = arms.map(\.top1Interval.upper).max() ?? 1
    let axis = Axis(
      covering: [100 * low, 100 * high], limits: 0...100, ticks: 5,
      pixels: (from: 14, to: Double(width) - 14))
    let end = height - bottom + 4
    var elements = axis.grid(to: end)
    elements.append(
      SVG.text(Double(width) / 2, end + 34, "top-1, %", style: "tick", anchor: "middle"))
    if let original = arms.first {
      let x = axis.position(100 * original.top1)
      elements.append(SVG.line(x, 0, x, end, style: "reference"))
    }
    for (index, arm) in arms.enumerated() {
      elements += row(arm, axis, top: rowHeight * Double(index))
    }
    return SVG.chart(
      width: width, height: Int(height), label: "Top-1 of every arm with its 95 % interval",
      elements)
  }

  private static func row(_ arm: ArmResult, _ axis: Axis, top: Double) -> [String] {
    let y = top + 27
    let from = axis.position(100 * arm.top1Interval.lower)
    let to = axis.position(100 * arm.top1Interval.upper)
    let style = "interval \(arm.kind.rawValue)"
    let value = "\(ReportText.percent(arm.top1)) \(ReportText.percent(arm.top1Interval))"
    return [
      SVG.text(axis.pixels.from, top + 14, arm.name, style: "name"),
      SVG.line(from, y, to, y, style: style),
      SVG.line(from, y - 4, from, y + 4, style: style),
      SVG.line(to, y - 4, to, y + 4, style: style),
      SVG.mark(arm.kind, axis.position(100 * arm.top1), y, title: "\(arm.name): \(value)"),
    ]
  }
}
