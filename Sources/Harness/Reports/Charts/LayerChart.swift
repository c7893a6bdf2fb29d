/// SQNR at the output of every layer, in the order of the graph: one line per arm of a scheme.
///
/// Where a line falls and stays low, the error was made there; higher is better.
enum LayerChart {
  private static let width = 420.0
  private static let plotHeight = 190.0
  private static let top = 24.0
  private static let keyHeight = 20.0

  /// Arms whose layers have the same errors share a line.
  struct Line {
    var names: [String]
    let kind: Arm.Kind
    let values: [Double?]
  }

  static func lines(_ arms: [ArmResult]) -> [Line] {
    arms.reduce(into: []) { lines, arm in
      let values = arm.layers.map(\.sqnr)
      let name = arm.method ?? arm.name
      if let index = lines.firstIndex(where: { $0.kind == arm.kind && $0.values == values }) {
        lines[index].names.append(name)
      } else {
        lines.append(Line(names: [name], kind: arm.kind, values: values))
      }
    }
  }

  /// - Returns: nil where no layer of no arm has an error.
  static func svg(_ arms: [ArmResult], label: String) -> String? {
    let lines = lines(arms)
    let values = lines.flatMap(\.values).compactMap { $0 }
    guard !values.isEmpty else { return nil }
    let count = lines.map(\.values.count).max() ?? 0
    let decibels = Axis(
      covering: values + [0, 10], limits: -1000...1000, ticks: 5,
      pixels: (from: top + plotHeight, to: top))
    let layers = (from: 46.0, to: width - 14)
    let elements =
      grid(decibels, layers, count)
      + lines.enumerated().flatMap { index, line in
        [
          path(line, index, decibels, layers, count),
          key(line, index),
        ]
      }
    let height = top + plotHeight + 46 + keyHeight * Double(lines.count)
    return SVG.chart(width: Int(width), height: Int(height), label: label, elements)
  }

  private static func grid(
    _ decibels: Axis, _ layers: (from: Double, to: Double), _ count: Int
  ) -> [String] {
    let rows = decibels.ticks.flatMap { tick in
      let y = decibels.position(tick)
      return [
        SVG.line(layers.from, y, layers.to, y, style: "grid"),
        SVG.text(layers.from - 6, y + 4, decibels.label(tick), style: "tick", anchor: "end"),
      ]
    }
    let below = decibels.pixels.from + 18
    return rows + [
      SVG.text(6, 12, "SQNR, dB", style: "tick"),
      SVG.text(layers.from, below, "first layer", style: "tick"),
      SVG.text(layers.to, below, "layer \(count)", style: "tick", anchor: "end"),
    ]
  }

  /// Layers without an error interrupt the line.
  private static func path(
    _ line: Line, _ index: Int, _ decibels: Axis, _ layers: (from: Double, to: Double), _ count: Int
  ) -> String {
    let step = (layers.to - layers.from) / Double(max(count - 1, 1))
    var data = ""
    var isDrawing = false
    for (layer, value) in line.values.enumerated() {
      guard let value else {
        isDrawing = false
        continue
      }
      let point = SVG.point(layers.from + step * Double(layer), decibels.position(value))
      // A lone point is drawn as the dot that its round end is.
      data += isDrawing ? "L\(point)" : "M\(point)h0"
      isDrawing = true
    }
    return SVG.path(
      data, style: style(line, index), title: line.names.joined(separator: ", "))
  }

  private static func key(_ line: Line, _ index: Int) -> String {
    let y = top + plotHeight + 44 + keyHeight * Double(index)
    return SVG.line(8, y - 4, 38, y - 4, style: style(line, index))
      + SVG.text(46, y, "\(line.kind.rawValue) \(shortNames(line))", style: "name")
  }

  /// As much as fits beside the line.
  private static func shortNames(_ line: Line) -> String {
    let first = line.names[0].count > 28 ? line.names[0].prefix(27) + "…" : line.names[0][...]
    let others = line.names.count - 1
    return others == 0 ? "\(first)" : "\(first) and \(others) alike"
  }

  /// Colour tells the kind, dashes the method.
  private static func style(_ line: Line, _ index: Int) -> String {
    "interval \(line.kind.rawValue) dash\(index % 6)"
  }
}
