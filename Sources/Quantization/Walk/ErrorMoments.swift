/// Σ e and Σ e² of output errors, per candidate and output.
struct ErrorMoments: Sendable {
  var rows = 0
  private var sums: [[Double]]
  private var squares: [Double]

  init(candidates: Int, outputs: Int) {
    sums = Array(repeating: Array(repeating: 0, count: outputs), count: candidates)
    squares = Array(repeating: 0, count: candidates)
  }

  /// - Parameter errors: rows × outputs of the group.
  mutating func add(_ candidate: Int, _ group: Int, _ errors: [Float]) {
    guard rows > 0 else { return }
    let outputs = errors.count / rows
    for (index, error) in errors.enumerated() {
      sums[candidate][group * outputs + index % outputs] += Double(error)
      squares[candidate] += Double(error) * Double(error)
    }
  }

  mutating func add(_ other: ErrorMoments) {
    rows += other.rows
    for i in sums.indices {
      squares[i] += other.squares[i]
      for j in sums[i].indices { sums[i][j] += other.sums[i][j] }
    }
  }

  /// By candidate, summed over outputs.
  var variances: [Double] {
    let count = Double(rows)
    return zip(sums, squares).map { sums, squares in
      squares / count - sums.reduce(0) { $0 + ($1 / count) * ($1 / count) }
    }
  }
}
