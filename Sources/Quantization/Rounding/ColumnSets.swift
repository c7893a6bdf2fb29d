/// Which columns of a row share scale and zero point: all of them, or those of a block of inputs.
struct ColumnSets: Sendable {
  /// By visited column, its set.
  let ofColumn: [Int]
  /// By set, its visited columns in ascending order.
  let columns: [[Int]]

  var count: Int { columns.count }

  /// - Parameters:
  ///   - order: for each visited column, its place in the weights.
  ///   - blockSize: this many neighbouring weights are a set; nil where all are one.
  init(order: [Int], blockSize: Int?) {
    guard let blockSize else {
      ofColumn = [Int](repeating: 0, count: order.count)
      columns = [Array(order.indices)]
      return
    }
    let sets = order.map { $0 / blockSize }
    ofColumn = sets
    columns = (0..<order.count / blockSize).map { set in order.indices.filter { sets[$0] == set } }
  }

  /// A set's part of a row.
  func values(_ row: ArraySlice<Double>, of set: Int) -> ArraySlice<Double> {
    count == 1 ? row : columns[set].map { row[row.startIndex + $0] }[...]
  }
}
