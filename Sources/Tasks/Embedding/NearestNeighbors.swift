import CalibrantLinearAlgebra

/// For every query the vector of a gallery with the greatest cosine, the lowest of equals.
enum NearestNeighbors {
  /// Products of matrices find all that could be the nearest, and sums in double precision say which is: so the answer
  /// depends neither on the machine nor on where a vector stands in its gallery.
  ///
  /// - Parameter excludesSelf: whether query i must not find vector i, the same image.
  /// - Returns: nil for queries without direction, or with nothing to find.
  /// - Complexity: O(queries · gallery · length), in blocks of a few megabytes.
  static func find(
    _ queries: UnitVectors, in gallery: UnitVectors, excludesSelf: Bool
  ) -> [Int?] {
    precondition(queries.length == gallery.length, "vectors of one space")
    guard queries.count > 0, gallery.count > 0 else {
      return [Int?](repeating: nil, count: queries.count)
    }
    let height = max(1, min(queries.count, blockSize / gallery.count))
    var products = [Float](repeating: 0, count: height * gallery.count)
    var nearest: [Int?] = []
    for start in stride(from: 0, to: queries.count, by: height) {
      let rows = start..<min(start + height, queries.count)
      multiply(queries, rows, gallery, into: &products)
      for row in rows {
        let place = (row - start) * gallery.count
        nearest.append(
          best(
            products[place..<place + gallery.count], of: row, queries, gallery,
            excluded: excludesSelf ? row : nil))
      }
    }
    return nearest
  }

  /// Products at a time.
  private static let blockSize = 1 << 21

  private static func multiply(
    _ queries: UnitVectors, _ rows: Range<Int>, _ gallery: UnitVectors, into products: inout [Float]
  ) {
    queries.values.withUnsafeBufferPointer { a in
      gallery.values.withUnsafeBufferPointer { b in
        products.withUnsafeMutableBufferPointer { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          gemm(
            m: rows.count, n: gallery.count, k: queries.length,
            MatrixOperand(a + rows.lowerBound * queries.length, stride: queries.length),
            MatrixOperand(b, stride: queries.length, isTransposed: true), into: c,
            stride: gallery.count)
        }
      }
    }
  }

  private static func best(
    _ products: ArraySlice<Float>, of query: Int, _ queries: UnitVectors, _ gallery: UnitVectors,
    excluded: Int?
  ) -> Int? {
    // A vector without direction is like nothing, itself included.
    guard queries.cosine(query, queries, query) > 0 else { return nil }
    var largest = -Float.infinity
    for (place, product) in products.enumerated() where place != excluded {
      largest = max(largest, product)
    }
    // More than single precision can be wrong by, for vectors of length 1.
    let least = largest - 2 * Float(queries.length) * Float.ulpOfOne
    var best: (place: Int, cosine: Double)?
    for (place, product) in products.enumerated() where product >= least && place != excluded {
      let cosine = queries.cosine(query, gallery, place)
      if cosine > best?.cosine ?? -.infinity { best = (place, cosine) }
    }
    return best?.place
  }
}
