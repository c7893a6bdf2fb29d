import CalibrantEngine

/// Weights of which no two products can leave 16 bits together.
extension LayerSolver {
  /// Scales tried, as multiples of the one that covers the weights. At twice that, all pairs fit.
  private static let coarser: [Double] = [1, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2]

  /// The codes nearest to the weights within the bounds of pairs, at the scale that loses least: coarser ones keep more
  /// pairs as they are, finer ones the weights.
  func boundedNearest(_ order: PairOrder) -> RoundedWeights {
    let bounds = PairBounds(order, visiting: Array(0..<matrix.depth))
    let rows = (0..<matrix.outputs).map { output in
      let weights = matrix.values[output * matrix.depth..<(output + 1) * matrix.depth]
      return BoundedRow(weights.map(Double.init), importance(of: output), bounds, grid)
    }
    let window = CodeWindow(grid: grid)
    var scales = rows.map { window.coveringScale($0.weights[...]) }
    if granularity == .perTensor {
      let widest = scales.max() ?? 1
      let best = Self.coarser.min { one, other in
        rows.reduce(0) { $0 + $1.error(widest * one) }
          < rows.reduce(0) { $0 + $1.error(widest * other) }
      }
      scales = rows.map { _ in widest * (best ?? 1) }
    } else {
      scales = zip(rows, scales).map { row, scale in
        Self.coarser.map { $0 * scale }.min { row.error($0) < row.error($1) } ?? scale
      }
    }
    return rounding(rows, scales)
  }

  private func rounding(_ rows: [BoundedRow], _ scales: [Double]) -> RoundedWeights {
    var result = RoundedWeights(codes: [], parameters: [], values: [])
    for (row, scale) in zip(rows, scales) {
      let parameters = QuantizationParameters(
        scale: max(Float(scale), .leastNormalMagnitude), zeroPoint: 0, codes: grid.codes,
        storage: grid.storage)
      let codes = row.codes(scale).map { Int8($0) }
      result.codes += codes
      result.values += codes.map { parameters.dequantize(Int($0)) }
      if granularity == .perChannel || result.parameters.isEmpty {
        result.parameters.append(parameters)
      }
    }
    return result
  }

  /// E[x²] of the inputs that an output reads, over held-out rows; ones where none are.
  private func importance(of output: Int) -> [Double] {
    let (group, depth) = (output / matrix.outputsPerGroup, matrix.depth)
    var sums = [Double](repeating: 0, count: depth)
    var rows = 0
    for sample in inputs.heldOutRows where rows < Self.weighedRows {
      let start = group * sample.rows * depth
      for row in 0..<min(sample.rows, Self.weighedRows) {
        for i in 0..<depth {
          let x = Double(sample.quantizedRows[start + row * depth + i])
          sums[i] += x * x
        }
      }
      rows += sample.rows
    }
    // An input that was always 0 may not be so elsewhere.
    let mean = sums.reduce(0, +) / Double(max(depth, 1))
    return rows > 0 && mean > 0 ? sums.map { $0 + 0.01 * mean } : sums.map { _ in 1 }
  }

  private static let weighedRows = 128
}

/// One output's weights, and what moving them costs.
private struct BoundedRow {
  let weights: [Double]
  private let importance: [Double]
  private let bounds: PairBounds
  private let limit: Double

  init(
    _ weights: [Double], _ importance: [Double], _ bounds: PairBounds, _ grid: QuantizationGrid
  ) {
    (self.weights, self.importance, self.bounds) = (weights, importance, bounds)
    limit = Double(grid.codes.upperBound)
  }

  func codes(_ scale: Double) -> [Double] {
    var codes = weights.map { min(max(roundedHalfEven($0 / scale), -limit), limit) }
    for (column, partner) in bounds.partners.enumerated() {
      guard let partner, partner > column else { continue }
      (codes[column], codes[partner]) = PairBounds.fitted(codes[column], codes[partner])
    }
    return codes
  }

  func error(_ scale: Double) -> Double {
    let codes = codes(scale)
    return weights.indices.reduce(0) { sum, i in
      let difference = codes[i] * scale - weights[i]
      return sum + importance[i] * difference * difference
    }
  }
}
