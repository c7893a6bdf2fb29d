import Foundation

/// The range with the smallest expected squared error of the quantized values, rounding and clipping
/// together (Choukroun et al. 2019, arXiv:1902.06822; Nagel et al. 2021, arXiv:2106.08295, §3.1).
///
/// Both ends shrink independently where values have both signs and the grid has a zero point: a
/// geometric lattice first, then finer lattices around the best point. The observed range itself is
/// among the candidates.
public struct MeanSquaredError: CalibrationMethod {
  public let name = "mse"

  public init() {}

  public func range(of values: Distribution, on grid: QuantizationGrid) -> ValueRange {
    let search = ShrinkSearch(values: values, grid: grid)
    return search.range(search.best())
  }
}

/// Candidates are the observed range with its ends divided by powers of two, (lower, upper).
private struct ShrinkSearch {
  typealias Point = (lower: Double, upper: Double)

  /// The spacing of the first lattice and its extent, in powers of two.
  static let coarseStep = 0.25
  static let extent = 6.0
  static let refinements = 5

  let values: Distribution
  let grid: QuantizationGrid

  /// The ends move together where only the larger one decides.
  var movesTogether: Bool { grid.isSymmetric }

  func range(_ point: Point) -> ValueRange {
    ValueRange(
      Float(Double(values.range.lower) * exp2(-point.lower)),
      Float(Double(values.range.upper) * exp2(-point.upper)))
  }

  func best() -> Point {
    var best: Point = (0, 0)
    var least = error(best)
    func offer(_ point: Point) {
      guard point.lower >= 0 && point.upper >= 0 else { return }
      let error = error(point)
      if error < least { (best, least) = (point, error) }
    }
    for point in lattice(Array(stride(from: 0, through: Self.extent, by: Self.coarseStep))) {
      offer(point)
    }
    var step = Self.coarseStep
    for _ in 0..<Self.refinements {
      step /= 2
      let center = best
      for offset in lattice([-step, 0, step]) {
        offer((center.lower + offset.lower, center.upper + offset.upper))
      }
    }
    return best
  }

  private func error(_ point: Point) -> Double {
    values.expectedSquaredError(grid.parameters(for: range(point)))
  }

  /// All points whose moving coordinates come from `steps`; an end at zero does not move.
  private func lattice(_ steps: [Double]) -> [Point] {
    if movesTogether { return steps.map { ($0, $0) } }
    let lowers = values.range.lower < 0 ? steps : [0]
    let uppers = values.range.upper > 0 ? steps : [0]
    return lowers.flatMap { lower in uppers.map { (lower, $0) } }
  }
}
