import CalibrantEngine
import CalibrantLinearAlgebra

/// Rounds one layer's weights for the inputs that were seen, and corrects its bias.
struct LayerSolver {
  let matrix: WeightMatrix
  let inputs: LayerInputs
  let grid: QuantizationGrid
  let granularity: Granularity
  /// Inputs that share a scale; nil where all inputs of an output channel do.
  var blockSize: Int?
  /// The order of products, where no two codes may be such that their sum leaves 16 bits; nil leaves codes free.
  var pairs: PairOrder?

  /// Codes and parameters, rows as in `matrix`.
  struct RoundedWeights {
    var codes: [Int8]
    /// One per row, one for each block of a row, or one for all.
    var parameters: [QuantizationParameters]
    /// What is left of the weights, outputs × depth.
    var values: [Float]
  }

  /// The codes nearest to the weights.
  func nearest() -> RoundedWeights {
    if let pairs { return boundedNearest(pairs) }
    let axis = granularity == .perChannel ? 0 : nil
    let weights = RoundToNearest.quantize(
      matrix.values, shape: [matrix.outputs, matrix.groups == 0 ? 0 : matrix.depth], axis: axis,
      blockSize: blockSize, grid: grid)
    return RoundedWeights(
      codes: weights.codes, parameters: weights.parameters, values: weights.dequantized())
  }

  /// The codes that lose least of the layer's outputs; nil where no covariances were gathered or they are unusable.
  func optimal(
    damping: Double, repairs: Bool, on executor: some OrderedExecutor
  ) throws -> RoundedWeights? {
    guard !inputs.covariances.isEmpty else { return nil }
    let rounding = OptimalRounding(
      window: CodeWindow(grid: grid), shared: granularity == .perTensor ? sharedWindow() : nil,
      pairs: pairs)
    let (perGroup, depth) = (matrix.outputsPerGroup, matrix.depth)
    let values = matrix.values
    @Sendable func problem(_ group: Int) -> RoundingProblem? {
      let range = group * perGroup * depth..<(group + 1) * perGroup * depth
      var inputs = inputs.covariances[group]
      if !repairs { inputs.repaired = nil }
      return RoundingProblem(
        weights: values[range].map(Double.init), columns: depth, inputs: inputs, damping: damping,
        blockSize: granularity == .perChannel ? blockSize : nil)
    }
    var result = RoundedWeights(codes: [], parameters: [], values: [])
    if matrix.groups > 1 {
      // Groups are many and small.
      let solved = try executor.map(matrix.groups) { group in
        problem(group).map { (rounding.solve($0, rows: 0..<perGroup), $0.order) }
      }
      for rows in solved {
        guard let rows else { return nil }
        append(rows.0, rows.1, to: &result)
      }
    } else {
      guard let whole = problem(0) else { return nil }
      let blocks = Self.blocks(matrix.outputs)
      let solved = try executor.map(blocks.count) { rounding.solve(whole, rows: blocks[$0]) }
      for rows in solved { append(rows, whole.order, to: &result) }
    }
    return result
  }

  /// The scale and lowest code of all rows, where they share them: those that cover the weights.
  private func sharedWindow() -> (scale: Double, lowest: Double) {
    let window = CodeWindow(grid: grid)
    let all = matrix.values.map(Double.init)[...]
    let scale = window.coveringScale(all)
    return (scale, window.lowest(all, scale: scale))
  }

  /// Rows that are solved together; enough of them for a GEMM, few enough for all threads to have some.
  private static func blocks(_ rows: Int) -> [Range<Int>] {
    let size = rows < 512 ? 64 : 128
    return stride(from: 0, to: rows, by: size).map { $0..<min($0 + size, rows) }
  }

  private func append(_ rows: RowCodes, _ order: [Int], to result: inout RoundedWeights) {
    let (columns, sets) = (rows.columns, rows.sets.count)
    for row in 0..<rows.rows {
      let parameters = (row * sets..<(row + 1) * sets).map { place in
        // The lowest of q − z is the lowest code less the zero point.
        QuantizationParameters(
          scale: max(Float(rows.scales[row] * rows.shares[place]), .leastNormalMagnitude),
          zeroPoint: grid.codes.lowerBound - Int(rows.lowest[place]), codes: grid.codes,
          storage: grid.storage)
      }
      var codes = [Int8](repeating: 0, count: columns)
      var values = [Float](repeating: 0, count: columns)
      for visited in 0..<columns {
        let own = parameters[rows.sets.ofColumn[visited]]
        let code = Int(rows.codes[row * columns + visited]) + own.zeroPoint
        codes[order[visited]] = Int8(code)
        values[order[visited]] = own.dequantize(code)
      }
      result.codes += codes
      result.values += values
      if granularity == .perChannel || result.parameters.isEmpty { result.parameters += parameters }
    }
  }

  /// The rounding that serves held-out rows best; the nearest codes are always among the candidates.
  ///
  /// - Parameters:
  ///   - repairs: whether to make up for what earlier layers lost.
  ///   - judge: nil where no rows are held out.
  func choose(
    repairs: Bool, judge: HeldOutError?, on executor: some OrderedExecutor
  ) throws -> (rounding: RoundedWeights, errors: [RoundingError]) {
    var best = nearest()
    guard !inputs.covariances.isEmpty else { return (best, []) }
    var least = try judge?.error(of: best.values, on: executor) ?? .infinity
    var errors = [RoundingError(rounding: .nearest, damping: 0, error: least)]
    var last = Double.infinity
    for damping in judge != nil ? Self.dampings(matrix.depth, rows: inputs.fittedRows) : [0.01] {
      guard let candidate = try optimal(damping: damping, repairs: repairs, on: executor) else {
        continue
      }
      let error = try judge?.error(of: candidate.values, on: executor) ?? 0
      errors.append(RoundingError(rounding: .optimal, damping: damping, error: error))
      if error < least { (best, least) = (candidate, error) }
      // Past the best damping, errors only rise.
      guard error < last else { break }
      last = error
    }
    return (best, judge != nil ? errors : [])
  }

  /// How much damping to try: 0.01 is the usual; few rows for the columns need more, lest the target follow their noise;
  /// narrow layers, near the input, are often fitted better with less, and cost little.
  private static func dampings(_ depth: Int, rows: Int) -> [Double] {
    if rows < 32 * depth { return [0.01, 0.1, 1] }
    return depth <= 128 ? [0.001, 0.01] : [0.01]
  }

  /// What the bias must gain for the mean of the layer's outputs to be that of the float network; nil where that
  /// does not bring held-out means closer.
  ///
  /// Exact over all positions, so zero padding counts: E[W x] − E[Ŵ x̂] = W E[x] − Ŵ E[x̂].
  func biasShift(_ values: [Float]) -> [Double]? {
    let suggested = meanError(values, inputs.fitted)
    if inputs.heldOut.positions > 0 {
      let heldOut = meanError(values, inputs.heldOut)
      let before = heldOut.reduce(0) { $0 + $1 * $1 }
      let after = zip(heldOut, suggested).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      guard after < before else { return nil }
    }
    let shift = meanError(values, inputs.means)
    return shift.allSatisfy(\.isFinite) && shift.contains { $0 != 0 } ? shift : nil
  }

  private func meanError(_ values: [Float], _ means: InputMeans) -> [Double] {
    let (x, quantized) = (means.float, means.quantized)
    let depth = matrix.depth
    return (0..<matrix.outputs).map { output in
      let inputs = output / matrix.outputsPerGroup * depth
      return (0..<depth).reduce(0) { sum, i in
        sum + Double(matrix.values[output * depth + i]) * x[inputs + i]
          - Double(values[output * depth + i]) * quantized[inputs + i]
      }
    }
  }
}
