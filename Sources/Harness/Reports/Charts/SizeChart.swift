import CalibrantTasks

/// What files change of the metric against their size: up and to the left is better.
///
/// The original is the line at zero: its size would leave the others no room.
enum SizeChart {
  private static let width = 420.0
  private static let height = 330.0

  private struct Point {
    let arm: ArmResult
    let title: String
    let x: Double
    let y: Double
  }

  /// nil where nothing is compared.
  static func svg(_ all: [ComparedFile], _ kind: MetricKind) -> String? {
    let files = all.filter { $0.result.drop != nil }
    guard !files.isEmpty else { return nil }
    let bytes = files.map { Double($0.result.bytes) }
    let (divisor, unit) = unit(of: bytes.max() ?? 1)
    let sizes = Axis(
      covering: bytes.map { $0 / divisor }, limits: 0...1e12, ticks: 4,
      pixels: (from: 52, to: width - 24))
    let changes = Axis(
      covering: files.map { -100 * ($0.result.drop ?? 0) } + [0], limits: -100...100, ticks: 5,
      pixels: (from: height - 50, to: 24))
    let points = files.map { file in
      let arm = file.result
      return Point(
        arm: arm,
        title: "\(file.name): \(ReportText.bytes(arm.bytes)), "
          + "\(ReportText.points(-(arm.drop ?? 0))) points",
        x: sizes.position(Double(arm.bytes) / divisor),
        y: changes.position(-100 * (arm.drop ?? 0)))
    }
    let zero = changes.position(0)
    let marks =
      [SVG.line(sizes.pixels.from, zero, sizes.pixels.to, zero, style: "reference")]
      + points.map { SVG.mark($0.arm.kind, $0.x, $0.y, title: $0.title) }
    return SVG.chart(
      width: Int(width), height: Int(height),
      label: "Change of \(kind.name) of every file against its size",
      grid(sizes, changes, unit, kind) + marks + labels(points, zero: zero))
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
      SVG.text(6, 12, "change of \(kind.name), points", style: "tick"),
    ]
  }

  /// Names each scheme once, at its best file: beside the mark where there is room, else lower or higher.
  private static func labels(_ points: [Point], zero: Double) -> [String] {
    var best: [String: Point] = [:]
    for point in points {
      let scheme = point.arm.scheme ?? point.arm.name
      if let known = best[scheme], known.arm.drop ?? 0 <= point.arm.drop ?? 0 { continue }
      best[scheme] = point
    }
    var taken = points.map { Box(x: $0.x - 6, y: $0.y - 6, width: 12, height: 12) }
    taken.append(Box(x: 0, y: zero - 1, width: width, height: 2))
    return best.sorted { ($0.value.y, $0.key) < ($1.value.y, $1.key) }.map { scheme, point in
      let size = 8.0 * Double(scheme.count)
      let steps = [0.0] + (1..<40).flatMap { [Double($0), -Double($0)] }
      let candidates: [Box] = steps.flatMap { step -> [Box] in
        let y = point.y - 7 + 7 * step
        return [point.x + 9, point.x - 9 - size].map { Box(x: $0, y: y, width: size, height: 14) }
      }
      let box =
        candidates.first { box in
          box.x >= 52 && box.x + size <= width && box.y >= 16 && box.y + 14 <= height - 50
            && !taken.contains { $0.overlaps(box) }
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
