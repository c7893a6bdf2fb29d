/// SQNR of the network's outputs with one layer rounded, which layers are ordered by, beside that of the layer's own output
/// in the whole quantized model.
enum LayerErrorChart {
  private static let width = 420
  private static let rowHeight = 34.0
  private static let bottom = 44.0
  /// Layers in the chart; the table has them all.
  static let listed = 30

  static func svg(_ layers: [LayerInspection.Layer]) -> String {
    let shown = Array(layers.prefix(listed))
    let values = shown.flatMap { [$0.oneIn.decibels, $0.cumulative.both].compactMap(\.self) }
    let axis = Axis(
      covering: values + [0, 10], limits: -1e6...1e6,
      ticks: 5,
      pixels: (from: 14, to: Double(width) - 14))
    let height = rowHeight * Double(shown.count) + bottom
    let end = height - bottom + 4
    var elements = axis.grid(to: end)
    elements.append(
      SVG.text(Double(width) / 2, end + 34, "SQNR, dB", style: "tick", anchor: "middle"))
    for (index, layer) in shown.enumerated() {
      elements += row(layer, axis, top: rowHeight * Double(index))
    }
    return SVG.chart(
      width: width, height: Int(height), label: "What rounding every layer does", elements)
  }

  private static func row(
    _ layer: LayerInspection.Layer, _ axis: Axis, top: Double
  ) -> [String] {
    let y = top + 24
    let name = layer.name.count > 40 ? "…" + layer.name.suffix(39) : layer.name
    var elements = [SVG.text(axis.pixels.from, top + 13, name, style: "name")]
    let marks: [(kind: Arm.Kind, what: String, value: Double?)] = [
      (.activationBased, "outputs with only it rounded", layer.oneIn.decibels),
      (.weightBased, "its own output in the quantized model", layer.cumulative.both),
    ]
    for mark in marks {
      guard let value = mark.value else { continue }
      elements.append(
        SVG.mark(
          mark.kind, axis.position(value), y,
          title: "\(layer.name), \(mark.what): \(ReportText.fixed(value, 1)) dB"))
    }
    return elements
  }
}
