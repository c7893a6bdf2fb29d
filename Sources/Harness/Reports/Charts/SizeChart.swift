import Tasks

/// The metric against the size of the file: up and to the left is better.
enum SizeChart {
  private static let width = 420.0
  private static let height = 330.0

  private struct Point {
    let arm: ArmResult
    let x: Double
    let y: Double
  }

  static func svg(_ all: [ArmResult], _ kind: MetricKind) -> String {
    let arms = all.filter { $0.metric != nil }
    let bytes = Double(arms.map(\.bytes).max() ?? 1)
    let (divisor, unit) = unit(of: bytes)
    let low = arms.compactMap(\.metric).min() ?? 0
    let high = arms.compactMap(\.metric).max() ?? 1
    let sizes = Axis(
      covering: [0, bytes / divisor, 1e-3], limits: 0...1e12, ticks: 5,
      pixels: (from: 46, to: width - 20))
    let shares = Axis(
      covering: [100 * low, 100 * high], limits: 0...100, ticks: 5,
      pixels: (from: height - 50, to: 24))
    let points = arms.map { arm in
      Point(
        arm: arm, x: sizes.position(Double(arm.bytes) / divisor),
        y: shares.position(100 * (arm.metric ?? 0)))
    }
    let marks = points.map { point in
      SVG.mark(
        point.arm.kind, point.x, point.y,
        title: "\(point.arm.name): \(ReportText.bytes(point.arm.bytes)), "
          + "\(MetricText.value(point.arm.metric)) %")
    }
    return SVG.chart(
      width: Int(width), height: Int(height), label: "\(kind.title) of every arm against its size",
      grid(sizes, shares, unit, kind) + marks + labels(points))
  }

  private static func unit(of bytes: Double) -> (Double, String) {
    bytes >= 1e9 ? (1e9, "GB") : bytes >= 1e6 ? (1e6, "MB") : (1e3, "kB")
  }

  private static func grid(
    _ sizes: Axis, _ shares: Axis, _ unit: String, _ kind: MetricKind
  ) -> [String] {
    let bottom = shares.pixels.from
    let columns = sizes.ticks.flatMap { tick in
      let x = sizes.position(tick)
      return [
        SVG.line(x, shares.pixels.to, x, bottom, style: "grid"),
        SVG.text(x, bottom + 18, sizes.label(tick), style: "tick", anchor: "middle"),
      ]
    }
    let rows = shares.ticks.flatMap { tick in
      let y = shares.position(tick)
      return [
        SVG.line(sizes.pixels.from, y, sizes.pixels.to, y, style: "grid"),
        SVG.text(sizes.pixels.from - 6, y + 4, shares.label(tick), style: "tick", anchor: "end"),
      ]
    }
    return columns + rows + [
      SVG.text(width / 2, bottom + 38, "size, \(unit)", style: "tick", anchor: "middle"),
      SVG.text(6, 12, "\(kind.name), %", style: "tick"),
    ]
  }

  /// Names each scheme once, at its best arm: beside the mark where there is room, else lower.
  private static func labels(_ points: [Point]) -> [String] {
    var best: [String: Point] = [:]
    for point in points {
      let scheme = point.arm.scheme ?? point.arm.name
      if let known = best[scheme], known.arm.metric ?? 0 >= point.arm.metric ?? 0 { continue }
      best[scheme] = point
    }
    var taken = points.map { Box(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
    return best.sorted { ($0.value.y, $0.key) < ($1.value.y, $1.key) }.map { scheme, point in
      let size = 8.0 * Double(scheme.count)
      let candidates = (0..<40).flatMap { step in
        [point.x + 9, point.x - 9 - size].map { x in
          Box(x: x, y: point.y - 7 + 7 * Double(step), width: size, height: 14)
        }
      }
      let box =
        candidates.first { box in
          box.x >= 0 && box.x + size <= width && !taken.contains { $0.overlaps(box) }
        } ?? candidates[0]
      taken.append(box)
      let isRight = box.x > point.x
      return SVG.text(
        isRight ? box.x : box.x + size, box.y + 12, scheme, style: "name",
        anchor: isRight ? "start" : "end")
    }
  }

  private struct Box {
    var x, y, width, height: Double

    func overlaps(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height
        && other.y < y + height
    }
  }
}
