import LinearAlgebra

/// Integer least squares: for each row w of a weight matrix, the codes q and the scale s with the smallest
/// (s·q − w) H (s·q − w)ᵀ, where H is the covariance of the layer's inputs.
///
/// Columns are in descending order of H's diagonal, the order in which GPTQ visits them.
struct RoundingProblem: Sendable {
  let columns: Int
  /// Rows × columns, in visiting order: what the layer should compute from its quantized inputs.
  let target: [Double]
  /// Columns × columns, damped, in visiting order.
  let hessian: [Double]
  /// U, upper triangular, with H⁻¹ = UᵀU; nil where `columns` is small enough for exact search.
  let feedback: [Double]?
  /// For each visited column, its place in the weights.
  let order: [Int]

  var rows: Int { target.count / max(columns, 1) }

  /// Up to this many columns all floor and ceiling choices are tried.
  static let exactColumns = 9

  /// - Parameters:
  ///   - weights: W, rows × columns.
  ///   - inputs: the covariance H of the inputs X̂ in the quantized network, and C of X in the float one
  ///     with X̂. The target is W* = (W C + λW)(H + λI)⁻¹, the weights that repair best what earlier layers broke.
  ///   - damping: λ, as a share of H's mean diagonal.
  /// - Returns: nil where H is not positive definite even with damping (it holds NaN or infinities).
  init?(weights: [Double], columns: Int, inputs: InputCovariance, damping: Double) {
    let damped = Self.damped(inputs.quantized, order: columns, by: damping)
    guard let factor = Cholesky(damped.matrix, order: columns) else { return nil }
    var target = weights
    inputs.cross.withUnsafeBufferPointer { cross in
      gemm(
        m: weights.count / columns, n: columns, k: columns,
        DoubleMatrixOperand(weights, stride: columns),
        DoubleMatrixOperand(cross.baseAddress!, stride: columns), beta: damped.added,
        into: &target, stride: columns)
    }
    factor.solve(&target)
    let diagonal = (0..<columns).map { damped.matrix[$0 * columns + $0] }
    order = (0..<columns).sorted { (diagonal[$1], $0) < (diagonal[$0], $1) }
    self.columns = columns
    let order = order
    hessian = (0..<columns * columns).map { index in
      damped.matrix[order[index / columns] * columns + order[index % columns]]
    }
    self.target = target.indices.map { index in
      target[index / columns * columns + order[index % columns]]
    }
    guard columns > Self.exactColumns else {
      feedback = nil
      return
    }
    guard let feedback = Self.feedback(hessian, order: columns) else { return nil }
    self.feedback = feedback
  }

  /// H + λI; λ is never 0, so that inputs that are always 0 do no harm.
  private static func damped(_ hessian: [Double], order n: Int, by damping: Double) -> (
    matrix: [Double], added: Double
  ) {
    let mean = (0..<n).reduce(0) { $0 + hessian[$1 * n + $1] } / Double(max(n, 1))
    let added = damping * mean + 1e-12
    var matrix = hessian
    for i in 0..<n { matrix[i * n + i] += added }
    return (matrix, added)
  }

  /// Factors H from its last row up, H = M·Mᵀ with M upper triangular, so that U = M⁻¹ needs no inverse of H.
  private static func feedback(_ hessian: [Double], order n: Int) -> [Double]? {
    func reversed(_ matrix: [Double]) -> [Double] { matrix.reversed() }
    return Cholesky(reversed(hessian), order: n).map { reversed($0.inverseFactor()) }
  }
}

/// Second moments of a layer's inputs about their means; columns × columns, row-major.
struct InputCovariance: Sendable {
  /// H = cov(X̂, X̂).
  var quantized: [Double]
  /// C = cov(X, X̂).
  var cross: [Double]
}
