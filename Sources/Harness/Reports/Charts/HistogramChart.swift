import CalibrantQuantization

/// How often values occur, with the range that codes cover drawn in.
///
/// Heights grow with the square root of the count, or tails that clipping is about could not be seen.
enum HistogramChart {
  private static let width = 420.0
  private static let height = 136.0
  private static let bottom = 26.0
  private static let columns = 64

  static func svg(_ histogram: Histogram, range: ClosedRange<Float>, label: String) -> String {
    let bars = bars(histogram)
    let ends = [bars.first?.start ?? 0, bars.last?.end ?? 1]
    let axis = Axis(
      covering: ends + [Double(range.lowerBound), Double(range.upperBound)], limits: -1e30...1e30,
      ticks: 4,
      pixels: (from: 14, to: width - 14))
    let base = height - bottom
    var elements = axis.grid(to: base)
    elements.append(outline(bars, axis, base: base))
    for end in [range.lowerBound, range.upperBound] {
      elements.append(
        SVG.line(axis.position(Double(end)), 0, axis.position(Double(end)), base, style: "chosen"))
    }
    return SVG.chart(width: Int(width), height: Int(height), label: label, elements)
  }

  private typealias Bar = (start: Double, end: Double, count: Int)

  /// Neighbouring bins joined until a few dozen remain, from the first that holds something to the last.
  private static func bars(_ histogram: Histogram) -> [Bar] {
    let counts = histogram.counts
    guard let first = counts.firstIndex(where: { $0 > 0 }),
      let last = counts.lastIndex(where: { $0 > 0 })
    else { return [] }
    let group = (last - first) / columns + 1
    return stride(from: first, through: last, by: group).map { index in
      let end = min(index + group, counts.count)
      return (
        start: Double(histogram.firstBin + index) * histogram.binWidth,
        end: Double(histogram.firstBin + end) * histogram.binWidth,
        count: counts[index..<end].reduce(0, +)
      )
    }
  }

  private static func outline(_ bars: [Bar], _ axis: Axis, base: Double) -> String {
    let highest = max(Double(bars.map(\.count).max() ?? 1).squareRoot(), 1)
    let path = bars.filter { $0.count > 0 }.map { bar in
      let top = base - (base - 8) * Double(bar.count).squareRoot() / highest
      let (from, to) = (axis.position(bar.start), axis.position(bar.end))
      return "M\(n(from)) \(n(base))V\(n(top))H\(n(max(to, from + 0.5)))V\(n(base))Z"
    }
    return "<path class=\"bars\" d=\"\(path.joined())\"/>"
  }

  private static func n(_ value: Double) -> String { ReportText.fixed(value, 1) }
}
