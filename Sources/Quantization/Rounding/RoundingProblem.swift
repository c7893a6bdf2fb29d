import LinearAlgebra

/// Integer least squares: for each row w of a weight matrix, the codes q and the scale s with the smallest
/// (s·q − w*) H (s·q − w*)ᵀ, where H is the covariance of the layer's inputs and w* what the row should compute from them.
///
/// Columns are in descending order of H's diagonal, the order in which GPTQ visits them.
struct RoundingProblem: Sendable {
  let columns: Int
  /// Columns × columns, damped, in visiting order.
  let hessian: [Double]
  /// U, upper triangular, with H⁻¹ = UᵀU, in visiting order.
  let feedback: [Double]
  /// For each visited column, its place in the weights.
  let order: [Int]
  /// W, rows × columns, as stored.
  private let weights: [Double]
  private let cross: [Double]
  /// λ, as it was added to H's diagonal.
  private let added: Double

  var rows: Int { weights.count / max(columns, 1) }

  /// Up to this many columns all floor and ceiling choices are tried.
  private static let exactColumns = 9
  var takesExactSearch: Bool { columns <= Self.exactColumns }

  /// - Parameters:
  ///   - weights: W, rows × columns.
  ///   - inputs: the covariance H of the inputs X̂ in the quantized network, and C of X in the float one with X̂.
  ///   - damping: λ, as a share of H's mean diagonal.
  /// - Returns: nil where H is not positive definite even with damping (it holds NaN or infinities).
  init?(weights: [Double], columns: Int, inputs: InputCovariance, damping: Double) {
    let diagonal = (0..<columns).map { inputs.quantized[$0 * columns + $0] }
    let order = (0..<columns).sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
    // λ is never 0, so that inputs that are always 0 do no harm.
    let added = damping * diagonal.reduce(0, +) / Double(max(columns, 1)) + 1e-12
    hessian = Self.damped(inputs.quantized, by: added, order)
    // H is factored from its last row up, H = M·Mᵀ with M upper triangular, so that U = M⁻¹ needs no inverse of H.
    guard let factor = Cholesky(hessian.reversed(), order: columns) else { return nil }
    var feedback = factor.inverseFactor()
    feedback.reverse()
    self.feedback = feedback
    self.columns = columns
    self.order = order
    self.weights = weights
    self.added = added
    cross = inputs.cross
  }

  private static func damped(_ hessian: [Double], by added: Double, _ order: [Int]) -> [Double] {
    let n = order.count
    return [Double](unsafeUninitializedCapacity: n * n) { matrix, count in
      for (i, row) in order.enumerated() {
        for (j, column) in order.enumerated() { matrix[i * n + j] = hessian[row * n + column] }
        matrix[i * n + i] += added
      }
      count = n * n
    }
  }

  /// W* = (W C + λW)(H + λI)⁻¹ for some rows: the weights that repair best what earlier layers broke.
  func targets(_ rows: Range<Int>) -> RowTargets {
    let plain = Array(weights[rows.lowerBound * columns..<rows.upperBound * columns])
    var wanted = plain
    wanted.withUnsafeMutableBufferPointer { wanted in
      cross.withUnsafeBufferPointer { cross in
        guard let result = wanted.baseAddress, let cross = cross.baseAddress else { return }
        gemm(
          m: rows.count, n: columns, k: columns, DoubleMatrixOperand(plain, stride: columns),
          DoubleMatrixOperand(cross, stride: columns), beta: added, into: result, stride: columns)
      }
    }
    let visited = wanted.indices.map { wanted[$0 / columns * columns + order[$0 % columns]] }
    let projected = multiplied(visited, by: feedback, columns: columns, isTransposed: true)
    return RowTargets(multiplied(projected, by: feedback, columns: columns), hessian, columns)
  }
}

/// What some rows of codes are to come near to.
struct RowTargets: Sendable {
  let columns: Int
  /// W*, rows × columns, in visiting order.
  let weights: [Double]
  /// W* H.
  let products: [Double]
  /// w* H w*ᵀ of each row.
  let energies: [Double]

  init(_ weights: [Double], _ hessian: [Double], _ columns: Int) {
    self.columns = columns
    self.weights = weights
    let products = multiplied(weights, by: hessian, columns: columns)
    self.products = products
    energies = stride(from: 0, to: weights.count, by: columns).map { start in
      (start..<start + columns).reduce(0) { $0 + weights[$1] * products[$1] }
    }
  }

  func row(_ row: Int) -> ArraySlice<Double> { weights[row * columns..<(row + 1) * columns] }
}

/// Second moments of a layer's inputs about their means; columns × columns, row-major.
struct InputCovariance: Sendable {
  /// H = cov(X̂, X̂).
  var quantized: [Double]
  /// C = cov(X, X̂).
  var cross: [Double]
}

/// A · B, or A · Bᵀ, for A of any number of rows and a square B.
func multiplied(
  _ a: [Double], by b: [Double], columns: Int, isTransposed: Bool = false
) -> [Double] {
  var result = [Double](repeating: 0, count: a.count)
  gemm(
    m: a.count / max(columns, 1), n: columns, k: columns, DoubleMatrixOperand(a, stride: columns),
    DoubleMatrixOperand(b, stride: columns, isTransposed: isTransposed), into: &result,
    stride: columns)
  return result
}
