/// A matrix of codes packed for products, constant or not.
struct CodeMatrix: Sendable {
  private let matrix: ByteMatrix
  /// Of its columns' codes, as products take them.
  let columnSums: AlignedValues<Int32>

  /// - Parameters:
  ///   - codes: K × N; unsigned ones are taken 128 less.
  init(
    _ codes: UnsafePointer<UInt8>, k: Int, n: Int, isSigned: Bool, clampsPairs: Bool = false,
    loops: BlockLoops = .best
  ) {
    let signed = AlignedValues<UInt8>(isSigned ? 0 : k * n)
    let moved = signed.base
    if !isSigned { for i in 0..<k * n { moved[i] = codes[i] ^ 0x80 } }
    matrix = ByteMatrix(
      isSigned ? codes : UnsafePointer(moved), k: k, n: n, clampsPairs: clampsPairs, loops: loops)
    columnSums = AlignedValues(n)
    let ones = AlignedValues<UInt8>(repeating: 1, count: k)
    multiply(ones.base, rows: 1, into: columnSums.base)
  }

  var n: Int { matrix.n }
  var k: Int { matrix.k }

  /// - Parameters:
  ///   - x: rows × K unsigned codes.
  ///   - sums: rows × N, of products of codes, no zero points taken from them.
  func multiply(_ x: UnsafePointer<UInt8>, rows: Int, into sums: UnsafeMutablePointer<Int32>) {
    matrix.multiply(x, rows: rows, into: .sums(sums), scratch: Scratch(), workers: .alone)
  }
}

extension CodeMatrix {
  /// The matrices of a right operand of matmul.
  /// - Parameter shape: … × K × N, or K.
  static func all(
    of codes: UnsafePointer<UInt8>, _ shape: Shape, isSigned: Bool, clampsPairs: Bool = false,
    loops: BlockLoops = .best, workers: Workers
  ) -> [CodeMatrix] {
    let (k, n) = shape.rank > 1 ? (shape[shape.rank - 2], shape[shape.rank - 1]) : (shape[0], 1)
    let count = shape.count(..<max(0, shape.rank - 2))
    var matrices = [CodeMatrix?](repeating: nil, count: count)
    matrices.withUnsafeMutableBufferPointer { matrices in
      workers.forEach(count) { index in
        matrices[index] = CodeMatrix(
          codes + index * k * n, k: k, n: n, isSigned: isSigned, clampsPairs: clampsPairs,
          loops: loops)
      }
    }
    return matrices.compactMap { $0 }
  }
}
