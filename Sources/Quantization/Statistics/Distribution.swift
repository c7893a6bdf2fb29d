/// The distribution of observed values as methods see it: an ordered list of segments, each with a
/// mass spread evenly over it.
///
/// Exact zeros are a segment of their own without width, since they are often many (Relu, padding)
/// and every quantizer represents them exactly; the outermost segments end at the exact extremes.
public struct Distribution: Sendable {
  struct Segment: Sendable {
    var lower: Double
    var upper: Double
    var mass: Double
  }

  /// The number of finite values.
  public let count: Int
  /// From the smallest to the largest value, and zero.
  public let range: ValueRange
  /// From the mean of the samples' smallest to the mean of their largest values, and zero.
  public let meanRange: ValueRange
  /// Those with mass, ascending.
  let segments: [Segment]
  /// Counts per bin without exact zeros, from bin `firstBin` on.
  let bins: [Int]
  let firstBin: Int
  let binWidth: Double

  public init(_ summary: Summary, _ histogram: Histogram, _ extremes: SampleExtremes) {
    precondition(
      histogram.total == summary.count, "Summary and histogram must have seen the same values.")
    count = summary.count
    range = summary.range
    meanRange = extremes.meanRange
    firstBin = histogram.firstBin
    binWidth = histogram.binWidth
    var bins = histogram.counts
    bins[-firstBin] -= min(summary.zeros, bins[-firstBin])
    self.bins = bins
    segments = Self.segments(summary, bins, firstBin, binWidth)
  }

  /// Whether no value is negative, as after Relu.
  public var isNonNegative: Bool { range.lower == 0 }

  /// The edge below bin `index` of `bins`, kept inside the exact range.
  func lowerEdge(_ index: Int) -> Float {
    max(Float(Double(firstBin + index) * binWidth), range.lower)
  }

  /// The edge above bin `index` of `bins`, kept inside the exact range.
  func upperEdge(_ index: Int) -> Float {
    min(Float(Double(firstBin + index + 1) * binWidth), range.upper)
  }

  /// The value below which a fraction `q` (0…1) of all values lies, interpolated inside the bin.
  public func quantile(_ q: Double) -> Float {
    let target = q * Double(count)
    var below = 0.0
    for segment in segments {
      if below + segment.mass >= target {
        let part = max(target - below, 0) / segment.mass
        let value = Float(segment.lower + part * (segment.upper - segment.lower))
        // A file may hold bins that lie outside its extremes.
        return min(max(value, range.lower), range.upper)
      }
      below += segment.mass
    }
    return range.upper
  }

  /// The mean of (x − x̂)², integrated inside bins. 0 where nothing was seen.
  public func expectedSquaredError(_ parameters: QuantizationParameters) -> Double {
    guard count > 0 else { return 0 }
    let error = ErrorIntegral(parameters)
    var total = 0.0
    for segment in segments {
      let width = segment.upper - segment.lower
      total +=
        segment.mass
        * (width > 0
          ? (error.upTo(segment.upper) - error.upTo(segment.lower)) / width
          : error.at(segment.lower))
    }
    return max(total, 0) / Double(count)
  }

  private static func segments(
    _ summary: Summary, _ bins: [Int], _ firstBin: Int, _ width: Double
  ) -> [Segment] {
    var segments: [Segment] = []
    let low = Double(summary.minimum)
    let high = Double(summary.maximum)
    for (i, mass) in bins.enumerated() {
      if firstBin + i == 0 && summary.zeros > 0 {
        segments.append(Segment(lower: 0, upper: 0, mass: Double(summary.zeros)))
      }
      guard mass > 0 else { continue }
      let lower = max(Double(firstBin + i) * width, low)
      let upper = min(Double(firstBin + i + 1) * width, high)
      segments.append(Segment(lower: lower, upper: max(upper, lower), mass: Double(mass)))
    }
    return segments
  }
}

/// ∫ (x − x̂)² dx from the middle of zero's cell, in closed form: whole cells of width s add s³/12
/// each, a part of a cell a third of a cube, and what lies outside the grid a third of a cube too.
private struct ErrorIntegral {
  let scale: Double
  let lowest: Double
  let highest: Double

  init(_ parameters: QuantizationParameters) {
    scale = Double(parameters.scale)
    lowest = Double(parameters.codes.lowerBound - parameters.zeroPoint)
    highest = Double(parameters.codes.upperBound - parameters.zeroPoint)
  }

  @inline(__always)
  func upTo(_ x: Double) -> Double {
    let steps = x / scale
    let inside = min(max(steps, lowest), highest)
    let cell = roundedHalfEven(inside)
    let part = inside - cell
    let outside = steps - inside
    let third = 1.0 / 3
    return scale * scale * scale
      * (cell * (0.25 * third) + (part * part * part + outside * outside * outside) * third)
  }

  @inline(__always)
  func at(_ x: Double) -> Double {
    let steps = x / scale
    let error = steps - roundedHalfEven(min(max(steps, lowest), highest))
    return scale * scale * error * error
  }
}
