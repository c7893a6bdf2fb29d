import LinearAlgebra

/// Rounds one layer's weights for the inputs that were seen, and corrects its bias.
struct LayerSolver {
  let matrix: WeightMatrix
  let inputs: LayerInputs
  let grid: QuantizationGrid
  let granularity: Granularity
  /// Inputs that share a scale; such weights are rounded to nearest.
  var blockSize: Int?

  /// Codes and parameters, rows as in `matrix`.
  struct Rounding {
    var codes: [Int8]
    /// One per row, one for each block of a row, or one for all.
    var parameters: [QuantizationParameters]
    /// What is left of the weights, outputs × depth.
    var values: [Float]
  }

  /// The codes nearest to the weights.
  func nearest() -> Rounding {
    let axis = granularity == .perChannel ? 0 : nil
    let weights = RoundToNearest.quantize(
      matrix.values, shape: [matrix.outputs, matrix.groups == 0 ? 0 : matrix.depth], axis: axis,
      blockSize: blockSize, grid: grid)
    return Rounding(
      codes: weights.codes, parameters: weights.parameters, values: weights.dequantized())
  }

  /// The codes that lose least of the layer's outputs; nil where no covariances were gathered or they are unusable.
  func optimal(
    damping: Double, repairs: Bool, on executor: some OrderedExecutor
  ) throws -> Rounding? {
    guard !inputs.covariances.isEmpty else { return nil }
    let rounding = OptimalRounding(
      window: CodeWindow(grid: grid), shared: granularity == .perTensor ? sharedWindow() : nil)
    let (perGroup, depth) = (matrix.outputsPerGroup, matrix.depth)
    let values = matrix.values
    @Sendable func problem(_ group: Int) -> RoundingProblem? {
      let range = group * perGroup * depth..<(group + 1) * perGroup * depth
      var inputs = inputs.covariances[group]
      if !repairs { inputs.cross = nil }
      return RoundingProblem(
        weights: values[range].map(Double.init), columns: depth, inputs: inputs, damping: damping)
    }
    var result = Rounding(codes: [], parameters: [], values: [])
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
    let size = 64
    return stride(from: 0, to: rows, by: size).map { $0..<min($0 + size, rows) }
  }

  private func append(_ rows: RowCodes, _ order: [Int], to result: inout Rounding) {
    let columns = rows.columns
    for row in 0..<rows.rows {
      // The lowest of q − z is the lowest code less the zero point.
      let zeroPoint = grid.codes.lowerBound - Int(rows.lowest[row])
      let parameters = QuantizationParameters(
        scale: max(Float(rows.scales[row]), .leastNormalMagnitude), zeroPoint: zeroPoint,
        codes: grid.codes, storage: grid.storage)
      var codes = [Int8](repeating: 0, count: columns)
      for visited in 0..<columns {
        codes[order[visited]] = Int8(Int(rows.codes[row * columns + visited]) + zeroPoint)
      }
      result.codes += codes
      if granularity == .perChannel || result.parameters.isEmpty {
        result.parameters.append(parameters)
      }
      result.values += codes.map { parameters.dequantize(Int($0)) }
    }
  }

  /// The rounding that serves held-out rows best; the nearest codes are always among the candidates.
  ///
  /// - Parameter repairs: whether to make up for what earlier layers lost.
  func choose(repairs: Bool, on executor: some OrderedExecutor) throws -> (
    rounding: Rounding, errors: [RoundingError]
  ) {
    var best = nearest()
    guard !inputs.covariances.isEmpty else { return (best, []) }
    let judges = !inputs.heldOutRows.isEmpty
    var least = judges ? heldOutError(best.values) : .infinity
    var errors = [RoundingError(rounding: .nearest, damping: 0, error: least)]
    for damping in judges ? Self.dampings(matrix.depth, rows: inputs.fittedRows) : [0.01] {
      guard let candidate = try optimal(damping: damping, repairs: repairs, on: executor) else {
        continue
      }
      let error = judges ? heldOutError(candidate.values) : 0
      errors.append(RoundingError(rounding: .optimal, damping: damping, error: error))
      if error < least { (best, least) = (candidate, error) }
    }
    return (best, judges ? errors : [])
  }

  /// How much damping to try: 0.01 is the usual; few rows for the columns need more, lest the target follow their noise;
  /// narrow layers, near the input, are often fitted better with less, and cost little.
  private static func dampings(_ depth: Int, rows: Int) -> [Double] {
    if rows < 32 * depth { return [0.01, 0.1, 1] }
    return depth <= 128 ? [0.001, 0.01] : [0.01]
  }

  /// The variance of the layer's error over held-out rows, summed over outputs: E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖².
  func heldOutError(_ values: [Float]) -> Double {
    var total = 0.0
    for group in 0..<matrix.groups {
      let outputs = matrix.outputsPerGroup
      var (sums, squares, count) = ([Double](repeating: 0, count: outputs), 0.0, 0.0)
      for sample in inputs.heldOutRows where sample.rows > 0 {
        for (index, value) in error(of: values, group, sample).enumerated() {
          sums[index % outputs] += Double(value)
          squares += Double(value) * Double(value)
        }
        count += Double(sample.rows)
      }
      guard count > 0 else { continue }
      total += squares / count - sums.reduce(0) { $0 + ($1 / count) * ($1 / count) }
    }
    return total
  }

  /// `heldOutError` as a share of the float outputs' variance; nil where there is nothing to compare.
  func relativeError(_ values: [Float]) -> Double? {
    guard !inputs.heldOutRows.isEmpty else { return nil }
    let signal = heldOutError([Float](repeating: 0, count: values.count))
    return signal > 0 ? heldOutError(values) / signal : nil
  }

  /// W x − Ŵ x̂ of one group, rows × outputs of the group.
  private func error(of values: [Float], _ group: Int, _ sample: InputSample) -> [Float] {
    let (outputs, depth) = (matrix.outputsPerGroup, matrix.depth)
    var result = [Float](repeating: 0, count: sample.rows * outputs)
    func add(_ rows: [Float], _ weights: [Float], _ alpha: Float, beta: Float) {
      rows.withUnsafeBufferPointer { rows in
        weights.withUnsafeBufferPointer { weights in
          gemm(
            m: sample.rows, n: outputs, k: depth, alpha: alpha,
            MatrixOperand(rows.baseAddress! + group * sample.rows * depth, stride: depth),
            MatrixOperand(
              weights.baseAddress! + group * outputs * depth, stride: depth, isTransposed: true),
            beta: beta, into: &result, stride: outputs)
        }
      }
    }
    add(sample.floatRows, matrix.values, 1, beta: 0)
    add(sample.quantizedRows, values, -1, beta: 1)
    return result
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
