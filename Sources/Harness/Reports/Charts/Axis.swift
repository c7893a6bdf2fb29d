import Foundation

/// A linear scale from values to pixels with round tick values.
struct Axis {
  let values: ClosedRange<Double>
  let pixels: (from: Double, to: Double)
  let ticks: [Double]

  /// Decimals that tell the ticks apart.
  let decimals: Int

  /// The axis covers `data` and ends on ticks, kept within `limits`.
  init(
    covering data: ClosedRange<Double>, limits: ClosedRange<Double>, ticks wanted: Int,
    pixels: (from: Double, to: Double)
  ) {
    let span = max(data.upperBound - data.lowerBound, data.upperBound / 100, 1e-6)
    let rough = span / Double(wanted)
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 5].first { $0 * power >= rough } ?? 10)
    var low = max(limits.lowerBound, floor(data.lowerBound / step) * step)
    var high = min(limits.upperBound, ceil(data.upperBound / step) * step)
    if high - low < step {
      if low - step >= limits.lowerBound { low -= step } else { high = low + step }
    }
    values = low...high
    self.pixels = pixels
    decimals = max(0, Int(-floor(log10(step) + 1e-9)))
    let first = Int((low / step).rounded())
    let last = Int((values.upperBound / step + 1e-9).rounded(.down))
    ticks = first <= last ? (first...last).map { Double($0) * step } : []
  }

  func position(_ value: Double) -> Double {
    let share = (value - values.lowerBound) / (values.upperBound - values.lowerBound)
    return pixels.from + share * (pixels.to - pixels.from)
  }

  /// A line for every tick of a horizontal axis, from the top to `end`, and its label below.
  func grid(to end: Double) -> [String] {
    ticks.flatMap { tick in
      let x = position(tick)
      return [
        SVG.line(x, 0, x, end, style: "grid"),
        SVG.text(x, end + 16, label(tick), style: "tick", anchor: "middle"),
      ]
    }
  }

  func label(_ tick: Double) -> String { ReportText.fixed(tick, decimals) }
}
