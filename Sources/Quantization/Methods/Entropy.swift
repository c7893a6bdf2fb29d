import Foundation

/// The clipping range whose quantized distribution loses the least information, measured by the
/// Kullback–Leibler divergence (Migacz, "8-bit inference with TensorRT", GTC 2017, S7310).
///
/// The reference P keeps the clipped mass in its edge bins. Q is the clipped histogram merged into as
/// many groups as the grid has codes, each group spread evenly over its occupied bins. Both ends are
/// searched where values have both signs; a symmetric grid looks at absolute values. Exact zeros do not
/// take part: they lose nothing in any range, and their number would drown the rest.
public struct Entropy: CalibrationMethod {
  public let name = "entropy"

  public init() {}

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    grid.isSymmetric && !values.isNonNegative
      ? symmetricRange(values, grid) : asymmetricRange(values, grid)
  }

  private func asymmetricRange(_ values: Distribution, _ grid: QuantizationGrid) -> ValueRange {
    let levels = grid.isSymmetric ? grid.codes.upperBound + 1 : grid.codes.count
    let search = DivergenceSearch(bins: values.bins, zero: -values.firstBin, levels: levels)
    let kept = search.best(
      movesLower: values.range.lower < 0, movesUpper: values.range.upper > 0)
    return ValueRange(values.lowerEdge(kept.lowerBound), values.upperEdge(kept.upperBound))
  }

  private func symmetricRange(_ values: Distribution, _ grid: QuantizationGrid) -> ValueRange {
    let zero = -values.firstBin
    var folded = [Int](repeating: 0, count: max(zero, values.bins.count - zero))
    for (i, count) in values.bins.enumerated() {
      folded[i >= zero ? i - zero : zero - 1 - i] += count
    }
    let search = DivergenceSearch(bins: folded, zero: 0, levels: grid.codes.upperBound + 1)
    let kept = search.best(movesLower: false, movesUpper: true)
    let limit = Float(Double(kept.upperBound + 1) * values.binWidth)
    return ValueRange(max(-limit, values.range.lower), min(limit, values.range.upper))
  }
}

/// KL(P‖Q) of any clipping in time proportional to the number of groups, from running sums.
private struct DivergenceSearch {
  let bins: [Int]
  /// The bin that must be kept.
  let zero: Int
  let levels: Int
  /// Running sums over bins: counts, c·ln c, and occupied bins.
  private var counts = [0.0]
  private var entropies = [0.0]
  private var occupied = [0]

  /// How many positions of an end are tried where both ends move.
  static let positionsPerEnd = 64

  init(bins: [Int], zero: Int, levels: Int) {
    self.bins = bins
    self.zero = zero
    self.levels = levels
    for bin in bins {
      let count = Double(bin)
      counts.append(counts[counts.count - 1] + count)
      entropies.append(entropies[entropies.count - 1] + (bin > 0 ? count * log(count) : 0))
      occupied.append(occupied[occupied.count - 1] + (bin > 0 ? 1 : 0))
    }
  }

  /// The kept bins with the smallest divergence; all of them where none is smaller.
  func best(movesLower: Bool, movesUpper: Bool) -> ClosedRange<Int> {
    let all = 0...bins.count - 1
    let steps = movesLower && movesUpper ? Self.positionsPerEnd : bins.count
    let spacing = max((bins.count - levels) / steps, 1)
    let lowers = movesLower ? Array(stride(from: 0, through: zero, by: spacing)) : [0]
    let uppers =
      movesUpper
      ? Array(stride(from: bins.count - 1, through: zero, by: -spacing)) : [all.upperBound]
    var best = all
    var least = divergence(all)
    for lower in lowers {
      for upper in uppers where upper - lower + 1 >= levels {
        // An empty edge is the same clipping as a narrower candidate.
        guard bins[upper] > 0 || !movesUpper, bins[lower] > 0 || !movesLower else { continue }
        let value = divergence(lower...upper)
        if value < least { (best, least) = (lower...upper, value) }
      }
    }
    return best
  }

  private func divergence(_ kept: ClosedRange<Int>) -> Double {
    let total = counts[bins.count]
    let first = kept.lowerBound
    let end = kept.upperBound + 1
    let inside = counts[end] - counts[first]
    guard inside > 0 else { return .infinity }
    let below = counts[first]
    let above = total - counts[end]
    var sum = entropies[end] - entropies[first]
    sum += gain(bins[first], below) + gain(bins[kept.upperBound], above)
    for level in 0..<levels {
      let start = first + level * kept.count / levels
      let stop = first + (level + 1) * kept.count / levels
      let mass = counts[stop] - counts[start]
      guard mass > 0 else { continue }
      let moved = (level == 0 ? below : 0) + (level == levels - 1 ? above : 0)
      sum -= (mass + moved) * log(mass / Double(occupied[stop] - occupied[start]))
    }
    return sum / total - log(total) + log(inside)
  }

  /// What c·ln c gains when the clipped mass joins an edge bin.
  private func gain(_ bin: Int, _ clipped: Double) -> Double {
    guard bin > 0, clipped > 0 else { return 0 }
    let count = Double(bin)
    return (count + clipped) * log(count + clipped) - count * log(count)
  }
}
