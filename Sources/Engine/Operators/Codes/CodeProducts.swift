/// NumPy's matmul of codes in exact sums of 32 bits, which wrap around.
struct CodeProducts {
  let product: MatrixProduct
  /// The right operand of each product.
  private let right: [CodeMatrix]
  /// Where the left one starts.
  private let starts: [Int]

  /// - Parameter matrices: all of the right operand.
  init(_ product: MatrixProduct, _ matrices: [CodeMatrix]) {
    let (a, b) = product.offsets()
    (self.product, starts) = (product, a)
    right = b.map { matrices[$0 / max(product.k * product.n, 1)] }
  }

  /// A row of the results.
  struct Row {
    /// Its number.
    let index: Int
    /// What it is the product of.
    let codes: UnsafeBufferPointer<UInt8>
    let matrix: CodeMatrix
    /// Of raw codes; those of the row.
    let sums: UnsafeMutablePointer<Int32>
  }

  /// Rows whose sums are computed at once.
  private static let rowsAtOnce = 112

  /// Calls `body` with each row, on any worker and in any order.
  /// - Parameter x: unsigned codes of all left operands.
  func forEachRow(
    of x: UnsafePointer<UInt8>, workers: Workers, _ body: (Row) -> Void
  ) {
    let (m, n, k) = (product.m, product.n, product.k)
    let parts = (m + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    workers.forEach(right.count * parts) { unit in
      let (index, part) = unit.quotientAndRemainder(dividingBy: parts)
      let rows = m * part / parts..<m * (part + 1) / parts
      let sums = AlignedValues<Int32>(rows.count * n)
      let first = x + starts[index] + rows.lowerBound * k
      right[index].multiply(first, rows: rows.count, into: sums.base)
      for row in 0..<rows.count {
        body(
          Row(
            index: index * m + rows.lowerBound + row,
            codes: UnsafeBufferPointer(start: first + row * k, count: k), matrix: right[index],
            sums: sums.base + row * n))
      }
    }
  }
}

extension CodeProducts.Row {
  /// The sum of its codes.
  var codeSum: Int32 { codes.reduce(Int32(0)) { $0 &+ Int32($1) } }
}
