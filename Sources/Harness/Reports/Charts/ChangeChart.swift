import CalibrantTasks

/// What every file changes of the metric on the same images, with its 95 % interval: left of zero is worse.
struct ChangeChart {
  let comparison: Comparison

  private static let width = 420
  private static let rowHeight = 40.0
  private static let bottom = 44.0

  /// nil where nothing is compared.
  var svg: String? {
    let files = comparison.files.filter { $0.result.drop != nil }
    guard !files.isEmpty else { return nil }
    let margin = comparison.facts.maxDrop.map { -100 * $0 }
    let ends = files.flatMap { [$0.result.change.lower, $0.result.change.upper] }
    let axis = Axis(
      covering: ends.map { 100 * $0 } + [0] + (margin.map { [$0] } ?? []), limits: -100...100,
      ticks: 5, pixels: (from: 14, to: Double(Self.width) - 14))
    let end = Self.rowHeight * Double(files.count) + 4
    let zero = axis.position(0)
    var elements = axis.grid(to: end)
    elements.append(SVG.line(zero, 0, zero, end, style: "reference"))
    if let margin {
      let x = axis.position(margin)
      elements.append(SVG.line(x, 0, x, end, style: "margin"))
    }
    elements.append(
      SVG.text(
        Double(Self.width) / 2, end + 34, "change of \(comparison.kind.name), points",
        style: "tick", anchor: "middle"))
    for (index, file) in files.enumerated() {
      elements += row(file, axis, top: Self.rowHeight * Double(index))
    }
    return SVG.chart(
      width: Self.width, height: Int(end + Self.bottom - 4),
      label: "Change of \(comparison.kind.name) of every file with its 95 % interval", elements)
  }

  private func row(_ file: ComparedFile, _ axis: Axis, top: Double) -> [String] {
    let arm = file.result
    let y = top + 27
    let (from, to) = (
      axis.position(100 * arm.change.lower), axis.position(100 * arm.change.upper)
    )
    let value = MetricText.change(arm.drop, arm.dropInterval)
    return [
      SVG.text(axis.pixels.from, top + 14, file.name.shortened(to: 50), style: "name"),
      SVG.interval(from, to, y, style: "interval \(arm.kind.rawValue)"),
      SVG.mark(
        arm.kind, axis.position(-100 * (arm.drop ?? 0)), y, title: "\(file.name): \(value)"),
    ]
  }
}

extension ArmResult {
  /// The interval of the change, or the change alone; minus is worse.
  fileprivate var change: Interval {
    dropInterval?.negated ?? Interval(-(drop ?? 0), -(drop ?? 0))
  }
}
