import CKernels

/// From integer sums to values on the output's grid, with factor and bias per column.
struct ColumnRequantization: Sendable {
  private let factors: [Float]
  private var bias: [Int32]
  private let output: GridRounding?

  /// - Parameter columns: at least as many as there are scales; the rest has factor and bias 0.
  init(
    _ layer: IntegerLayer, scales: [Float], bias: [Int32], columns: Int
  ) {
    let missing = columns - scales.count
    factors = scales.map(layer.factor) + [Float](repeating: 0, count: missing)
    self.bias = bias + [Int32](repeating: 0, count: missing)
    output = layer.output
  }

  /// For sums over codes that still hold their zero point: the bias takes z · Σ w.
  ///
  /// - Parameter weights: columns × depth.
  func subtracting(
    _ zeroPoint: Int, times weights: [Int8], depth: Int
  ) -> ColumnRequantization {
    var result = self
    for column in 0..<(depth > 0 ? weights.count / depth : 0) {
      let sum = weights[column * depth..<(column + 1) * depth].reduce(0) { $0 &+ Int32($1) }
      result.bias[column] &-= Int32(zeroPoint) &* sum
    }
    return result
  }

  /// - Parameter sums: rows × `count` columns, those from `first` on.
  func apply(
    _ sums: UnsafePointer<Int32>, rows: Int, first: Int = 0, count: Int,
    into y: UnsafeMutablePointer<Float>
  ) {
    withColumns(from: first) { to in
      var to = to
      BlockLoops.best.table.pointee.requantize(sums, Int64(rows), Int64(count), &to, y)
    }
  }

  /// What the loops read, from a column on.
  func withColumns(from first: Int, _ body: (CKRequantization) -> Void) {
    factors.withUnsafeBufferPointer { factors in
      bias.withUnsafeBufferPointer { bias in
        var to = CKRequantization()
        to.bias = bias.baseAddress! + first
        to.factors = factors.baseAddress! + first
        if let output {
          to.rounds = 1
          to.scale = output.scale
          to.lowCode = Float(output.codes.lowerBound)
          to.highCode = Float(output.codes.upperBound)
        }
        body(to)
      }
    }
  }

  /// Blocked sums, block by block.
  func apply(blocked sums: [Int32], pixels: Int, into y: UnsafeMutablePointer<Float>) {
    let lanes = ChannelBlocks.lanes
    sums.withUnsafeBufferPointer { sums in
      for block in 0..<factors.count / lanes {
        let start = block * pixels * lanes
        apply(
          sums.baseAddress! + start, rows: pixels, first: block * lanes, count: lanes,
          into: y + start)
      }
    }
  }
}
