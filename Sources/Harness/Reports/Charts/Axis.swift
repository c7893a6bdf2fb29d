import Foundation

/// A linear scale from values to pixels with round tick values.
struct Axis {
  let values: ClosedRange<Double>
  let pixels: (from: Double, to: Double)
  let ticks: [Double]

  /// Decimals that tell the ticks apart.
  let decimals: Int

  /// The axis covers the finite ones of `data`, as far as they lie within `limits`, and ends on ticks.
  init(
    covering data: [Double], limits: ClosedRange<Double>, ticks wanted: Int,
    pixels: (from: Double, to: Double)
  ) {
    let shown = data.filter(\.isFinite).map {
      min(max($0, limits.lowerBound), limits.upperBound)
    }
    let (lowest, highest) = (shown.min() ?? limits.clamped(0), shown.max() ?? limits.clamped(0))
    // No finer than a hundredth of the largest value: what is finer, labels could not tell apart.
    let span = max(highest - lowest, max(abs(lowest), abs(highest)) / 100, 1e-6)
    let rough = span / Double(wanted)
    let power = pow(10, floor(log10(rough)))
    let step = power * ([1, 2, 5].first { $0 * power >= rough } ?? 10)
    var low = max(limits.lowerBound, floor(lowest / step) * step)
    var high = min(limits.upperBound, ceil(highest / step) * step)
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

  /// Where `value` lies; what is off the axis, or no number, at its nearer end.
  func position(_ value: Double) -> Double {
    let share = (value - values.lowerBound) / (values.upperBound - values.lowerBound)
    let inside = share.isNaN ? 0 : min(max(share, -1), 2)
    return pixels.from + inside * (pixels.to - pixels.from)
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

extension ClosedRange {
  fileprivate func clamped(_ value: Bound) -> Bound {
    Swift.min(Swift.max(value, lowerBound), upperBound)
  }
}
