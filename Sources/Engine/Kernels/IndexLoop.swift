extension Shape {
  /// Calls `body` with every index of the shape, row by row.
  func forEachIndex<E: Error>(
    _ body: (_ number: Int, _ index: [Int]) throws(E) -> Void
  ) throws(E) {
    var index = [Int](repeating: 0, count: rank)
    for number in 0..<elementCount {
      try body(number, index)
      var axis = rank - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < dims[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
  }
}
