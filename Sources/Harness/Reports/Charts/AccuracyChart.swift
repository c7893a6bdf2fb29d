import CalibrantTasks

/// The metric of every arm with its 95 % interval, against the original's.
enum AccuracyChart {
  private static let width = 420
  private static let rowHeight = 40.0
  private static let bottom = 44.0

  static func svg(_ all: [ComparedFile], _ kind: MetricKind) -> String {
    let files = all.filter { $0.result.metric != nil }
    let arms = files.map(\.result)
    let height = rowHeight * Double(arms.count) + bottom
    let low = arms.map { $0.ends.lower }.min() ?? 0
    let high = arms.map { $0.ends.upper }.max() ?? 1
    let axis = Axis(
      covering: [100 * low, 100 * high], limits: 0...100, ticks: 5,
      pixels: (from: 14, to: Double(width) - 14))
    let end = height - bottom + 4
    var elements = axis.grid(to: end)
    elements.append(
      SVG.text(Double(width) / 2, end + 34, "\(kind.name), %", style: "tick", anchor: "middle"))
    if let original = arms.first {
      let x = axis.position(100 * (original.metric ?? 0))
      elements.append(SVG.line(x, 0, x, end, style: "reference"))
    }
    for (index, file) in files.enumerated() {
      elements += row(file, axis, top: rowHeight * Double(index))
    }
    return SVG.chart(
      width: width, height: Int(height),
      label: "\(kind.title) of every file with its 95 % interval",
      elements)
  }

  private static func row(_ file: ComparedFile, _ axis: Axis, top: Double) -> [String] {
    let arm = file.result
    let y = top + 27
    let from = axis.position(100 * arm.ends.lower)
    let to = axis.position(100 * arm.ends.upper)
    let value = MetricText.value(arm.metric, arm.metricInterval)
    return [
      SVG.text(axis.pixels.from, top + 14, file.name.shortened(to: 50), style: "name"),
      SVG.interval(from, to, y, style: "interval \(arm.kind.rawValue)"),
      SVG.mark(
        arm.kind, axis.position(100 * (arm.metric ?? 0)), y, title: "\(file.name): \(value)"),
    ]
  }
}

extension ArmResult {
  /// The metric's interval, or the metric alone.
  fileprivate var ends: Interval {
    metricInterval ?? Interval(metric ?? 0, metric ?? 0)
  }
}
