import CalibrantLinearAlgebra

/// Integer least squares: for each row w of a weight matrix, the codes q and the scale s with the smallest
/// (s·q − w*) H (s·q − w*)ᵀ, where H is the covariance of the layer's inputs and w* what the row should compute from them.
///
/// Columns are in descending order of H's diagonal, the order in which GPTQ visits them.
struct RoundingProblem: Sendable {
  let columns: Int
  /// H, columns × columns, in visiting order, without λ, so that problems that differ in it share one matrix.
  let hessian: [Double]
  /// λ, as it is added to H's diagonal.
  let added: Double
  /// U, upper triangular, with H⁻¹ = UᵀU, in visiting order.
  let feedback: [Double]
  /// For each visited column, its place in the weights.
  let order: [Int]
  let sets: ColumnSets
  /// W, rows × columns, as stored.
  private let weights: [Double]
  private let repaired: [Double]?

  var rows: Int { weights.count / max(columns, 1) }

  /// Up to this many columns all floor and ceiling choices are tried.
  private static let exactColumns = 9
  var takesExactSearch: Bool { columns <= Self.exactColumns }

  /// - Parameters:
  ///   - weights: W, rows × columns.
  ///   - inputs: the covariance H of the inputs X̂ in the quantized network, and W C with C that of X in the float one with X̂.
  ///   - damping: λ, as a share of H's mean diagonal.
  ///   - blockSize: inputs that share a scale; nil where a row has one scale.
  /// - Returns: nil where H is not positive definite even with damping (it holds NaN or infinities).
  init?(
    weights: [Double], columns: Int, inputs: InputCovariance, damping: Double,
    blockSize: Int? = nil
  ) {
    let trace = (0..<columns).reduce(0) { $0 + inputs.quantized[$1 * columns + $1] }
    // λ is never 0, so that inputs that are always 0 do no harm.
    added = damping * trace / Double(max(columns, 1)) + 1e-12
    guard let feedback = Self.feedback(inputs.quantized, damping: added, columns) else {
      return nil
    }
    self.feedback = feedback
    self.columns = columns
    self.weights = weights
    hessian = inputs.quantized
    order = inputs.order
    sets = ColumnSets(order: inputs.order, blockSize: blockSize)
    repaired = inputs.repaired
  }

  /// H + λI is factored from its last row up, M·Mᵀ with M upper triangular, so that U = M⁻¹ needs no inverse.
  private static func feedback(
    _ hessian: [Double], damping added: Double, _ columns: Int
  ) -> [Double]? {
    var damped: [Double] = hessian.reversed()
    for i in 0..<columns { damped[i * columns + i] += added }
    // No second matrix while one is factored: a wide layer's takes hundreds of megabytes.
    guard let factor = Cholesky(consume damped, order: columns) else { return nil }
    var inverse = (consume factor).inverseFactor()
    inverse.reverse()
    return inverse
  }

  /// W* = (W C + λW)(H + λI)⁻¹ for some rows: the weights that repair best what earlier layers broke.
  func targets(_ rows: Range<Int>) -> RowTargets {
    let plain = Array(weights[rows.lowerBound * columns..<rows.upperBound * columns])
    guard let repaired else { return RowTargets(visited(plain), self) }
    let wanted = zip(repaired[rows.lowerBound * columns..<rows.upperBound * columns], plain)
      .map { $0 + added * $1 }
    let projected = product(visited(wanted), by: feedback, columns: columns, isTransposed: true)
    return RowTargets(product(projected, by: feedback, columns: columns), self)
  }

  private func visited(_ rows: [Double]) -> [Double] {
    rows.indices.map { rows[$0 / columns * columns + order[$0 % columns]] }
  }

  /// Rows · (H + λI).
  func multiplied(_ rows: [Double]) -> [Double] {
    var result = rows
    result.withUnsafeMutableBufferPointer { result in
      guard let base = result.baseAddress else { return }
      gemm(
        m: rows.count / columns, n: columns, k: columns,
        DoubleMatrixOperand(rows, stride: columns), DoubleMatrixOperand(hessian, stride: columns),
        beta: added, into: base, stride: columns)
    }
    return result
  }

  /// (H + λI)ᵢᵢ.
  func diagonal(_ column: Int) -> Double { hessian[column * columns + column] + added }
}

/// What some rows of codes are to come near to; H stands for H + λI.
struct RowTargets: Sendable {
  let columns: Int
  let sets: ColumnSets
  /// W*, rows × columns, in visiting order.
  let weights: [Double]
  /// W* H.
  let products: [Double]
  /// w* H w*ᵀ of each row.
  let energies: [Double]

  init(_ weights: [Double], _ problem: RoundingProblem) {
    let columns = problem.columns
    self.columns = columns
    self.weights = weights
    sets = problem.sets
    let products = problem.multiplied(weights)
    self.products = products
    energies = stride(from: 0, to: weights.count, by: columns).map { start in
      (start..<start + columns).reduce(0) { $0 + weights[$1] * products[$1] }
    }
  }

  func row(_ row: Int) -> ArraySlice<Double> { weights[row * columns..<(row + 1) * columns] }
}

/// Second moments of a layer's inputs about their means; columns × columns, row-major.
struct InputCovariance: Sendable {
  /// The columns by descending variance of X̂.
  let order: [Int]
  /// H = cov(X̂, X̂), in that order.
  let quantized: [Double]
  /// W C with C = cov(X, X̂), outputs × columns, in the order of the weights; nil asks for no repair of what earlier layers broke.
  var repaired: [Double]?

  /// - Parameter quantized: in the order of the weights.
  init(quantized: UnsafePointer<Double>, repaired: [Double]?, columns: Int) {
    let diagonal = (0..<columns).map { quantized[$0 * columns + $0] }
    let order = (0..<columns).sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
    self.order = order
    self.repaired = repaired
    self.quantized = Array(unsafeUninitializedCapacity: columns * columns) { matrix, count in
      for (i, row) in order.enumerated() {
        for (j, column) in order.enumerated() {
          matrix[i * columns + j] = quantized[row * columns + column]
        }
      }
      count = columns * columns
    }
  }
}

/// A · B, or A · Bᵀ, for A of any number of rows and a square B.
private func product(
  _ a: [Double], by b: [Double], columns: Int, isTransposed: Bool = false
) -> [Double] {
  var result = [Double](repeating: 0, count: a.count)
  gemm(
    m: a.count / max(columns, 1), n: columns, k: columns, DoubleMatrixOperand(a, stride: columns),
    DoubleMatrixOperand(b, stride: columns, isTransposed: isTransposed), into: &result,
    stride: columns)
  return result
}
