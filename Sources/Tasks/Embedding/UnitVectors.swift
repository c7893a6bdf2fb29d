/// Vectors of length 1, of which dot products are cosines.
struct UnitVectors: Sendable {
  let count: Int
  let length: Int
  /// Row after row.
  let values: [Float]

  /// - Parameter vectors: of equal length. Those without a direction (all 0, or not finite) become 0, and are like nothing.
  init(_ vectors: [[Float]]) {
    count = vectors.count
    length = vectors.first?.count ?? 0
    var values: [Float] = []
    values.reserveCapacity(count * length)
    for vector in vectors {
      precondition(vector.count == length, "embeddings are of one length")
      let square = vector.reduce(0.0) { $0 + Double($1) * Double($1) }
      let scale = square > 0 && square.isFinite ? 1 / square.squareRoot() : 0
      values += scale > 0 ? vector.map { Float(Double($0) * scale) } : vector.map { _ in 0 }
    }
    self.values = values
  }

  /// The cosine of the angle between two vectors, summed in double precision in the order of the values: the same on every
  /// machine, unlike a product of matrices.
  func cosine(_ row: Int, _ other: UnitVectors, _ otherRow: Int) -> Double {
    let (first, second) = (row * length, otherRow * length)
    return values.withUnsafeBufferPointer { a in
      other.values.withUnsafeBufferPointer { b in
        (0..<length).reduce(0) { $0 + Double(a[first + $1]) * Double(b[second + $1]) }
      }
    }
  }
}
