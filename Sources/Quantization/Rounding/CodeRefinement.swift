/// Codes with their products q (H + λI) kept beside them, so that moving a code, choosing a scale and telling the error take
/// no further matrix product.
struct CodeRefinement {
  private(set) var rows: RowCodes
  private let targets: RowTargets
  private let problem: RoundingProblem
  private let span: Double
  private let bounds: PairBounds?
  /// Q (H + λI), rows × columns, with Q in units of the rows' scales; below, H stands for H + λI.
  private var products: [Double]
  /// Of H.
  private let diagonal: [Double]

  init(
    _ rows: RowCodes, _ targets: RowTargets, _ problem: RoundingProblem, span: Double,
    bounds: PairBounds? = nil
  ) {
    self.bounds = bounds
    self.rows = rows
    self.targets = targets
    self.span = span
    self.problem = problem
    products = problem.multiplied(rows.relative)
    diagonal = (0..<rows.columns).map(problem.diagonal)
  }

  /// (s·q − w) H (s·q − w)ᵀ of each row.
  var errors: [Double] {
    (0..<rows.rows).map { row in
      let (along, norm) = self.along(row)
      let scale = rows.scales[row]
      return max(0, scale * (scale * norm - 2 * along) + targets.energies[row])
    }
  }

  /// Gives each row the best scale for its codes, s = (q H wᵀ) / (q H qᵀ).
  ///
  /// Clipping shrinks ⟨w, ŵ⟩, which compounds over depth; this takes it back.
  mutating func refitScales() {
    for row in 0..<rows.rows {
      let (along, norm) = self.along(row)
      if along > 0 && norm > 0 { rows.scales[row] = along / norm }
    }
  }

  /// q H wᵀ and q H qᵀ of a row.
  private func along(_ row: Int) -> (target: Double, codes: Double) {
    var (along, norm) = (0.0, 0.0)
    for column in 0..<rows.columns {
      let i = row * rows.columns + column
      let code = rows.codes[i] * rows.shares[rows.place(row, column)]
      along += targets.products[i] * code
      norm += products[i] * code
    }
    return (along, norm)
  }

  /// Coordinate descent: moves one code at a time to its best value given all others, as long as that lowers the error.
  mutating func moveCodes(sweeps: Int) {
    for row in 0..<rows.rows {
      for _ in 0..<sweeps {
        guard sweep(row) else { break }
      }
    }
  }

  /// One pass over the codes of a row.
  private mutating func sweep(_ row: Int) -> Bool {
    let (columns, start, scale) = (rows.columns, row * rows.columns, rows.scales[row])
    var moved = false
    for column in 0..<columns {
      let (at, place) = (start + column, rows.place(row, column))
      let share = rows.shares[place]
      let gradient = scale * products[at] - targets.products[at]
      let step = diagonal[column] * scale * share
      // Nearly all codes are the best ones already.
      if abs(gradient) < 0.499 * step { continue }
      let low = rows.lowest[place]
      let best = rows.codes[at] - gradient / step
      var code = min(max(roundedHalfEven(best), low), low + span)
      if let partner = bounds?.partners[column] {
        let limits = PairBounds.limits(beside: rows.codes[start + partner])
        code = min(max(code, limits.low), limits.high)
      }
      guard code != rows.codes[at] else { continue }
      let change = (code - rows.codes[at]) * share
      rows.codes[at] = code
      add(change, hessianRow: column, toProductsOf: row)
      moved = true
    }
    return moved
  }

  private mutating func add(_ change: Double, hessianRow column: Int, toProductsOf row: Int) {
    let columns = rows.columns
    products[row * columns + column] += change * problem.added
    products.withUnsafeMutableBufferPointer { products in
      problem.hessian.withUnsafeBufferPointer { hessian in
        let product = products.baseAddress! + row * columns
        let line = hessian.baseAddress! + column * columns
        for i in 0..<columns { product[i] += change * line[i] }
      }
    }
  }
}
