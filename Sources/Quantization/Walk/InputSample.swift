import CalibrantEngine
import CalibrantLinearAlgebra

/// What one unit tells of a layer's inputs, in the float network (X) and in the quantized one (X̂).
struct InputSample: Sendable {
  /// Over all positions of all samples: their number, and column sums, groups × depth.
  var positions = 0
  var floatSums: [Double]
  var quantizedSums: [Double]
  /// Some rows, the same positions in both networks: groups × rows × depth.
  var rows = 0
  var floatRows: [Float] = []
  var quantizedRows: [Float] = []
  /// Sums of these rows, groups × depth; empty where there are none.
  var floatRowSums: [Double] = []
  var quantizedRowSums: [Double] = []

  init(groups: Int, depth: Int) {
    floatSums = [Double](repeating: 0, count: groups * depth)
    quantizedSums = floatSums
  }

  /// - Parameters:
  ///   - x: N × … inputs of the layer in the float network, `quantized` in the quantized one; nil where that is not looked at.
  ///   - samples: how many of the N count.
  ///   - rowsPerSample: how many rows to keep of each.
  init(
    _ x: Tensor, _ quantized: Tensor?, _ columns: LayerColumns, samples: Int, rowsPerSample: Int,
    seed: Int
  ) {
    self.init(groups: columns.groups, depth: columns.depth)
    let picked = min(rowsPerSample, columns.positions)
    rows = picked * samples
    positions = columns.positions * samples
    let places = (0..<samples).map { sample in
      Self.places(picked, of: columns.positions, seed: UInt64(seed) << 20 | UInt64(sample))
    }
    Self.addSums(of: x, columns, samples: samples, into: &floatSums)
    floatRows = Self.rows(of: x, columns, at: places)
    floatRowSums = Self.sums(floatRows, columns, rows: rows)
    guard let quantized else { return }
    Self.addSums(of: quantized, columns, samples: samples, into: &quantizedSums)
    quantizedRows = Self.rows(of: quantized, columns, at: places)
    quantizedRowSums = Self.sums(quantizedRows, columns, rows: rows)
  }

  private static func addSums(
    of x: Tensor, _ columns: LayerColumns, samples: Int, into sums: inout [Double]
  ) {
    let size = x.shape.count(1...)
    x.withBuffer(of: Float.self) { values in
      for sample in 0..<samples {
        columns.addSums(values.baseAddress! + sample * size, into: &sums)
      }
    }
  }

  /// - Parameter places: of every sample, as many of each.
  private static func rows(
    of x: Tensor, _ columns: LayerColumns, at places: [[Int]]
  ) -> [Float] {
    let (size, picked) = (x.shape.count(1...), places.first?.count ?? 0)
    let groupStride = places.count * picked * columns.depth
    guard groupStride > 0 else { return [] }
    return [Float](unsafeUninitializedCapacity: columns.groups * groupStride) { rows, count in
      x.withBuffer(of: Float.self) { values in
        for (sample, places) in places.enumerated() {
          columns.gather(
            values.baseAddress! + sample * size, at: places,
            into: rows.baseAddress! + sample * picked * columns.depth, groupStride: groupStride)
        }
      }
      count = columns.groups * groupStride
    }
  }

  private static func sums(_ values: [Float], _ columns: LayerColumns, rows: Int) -> [Double] {
    guard rows > 0 else { return [] }
    let depth = columns.depth
    var sums = [Double](repeating: 0, count: columns.groups * depth)
    sums.withUnsafeMutableBufferPointer { sums in
      values.withUnsafeBufferPointer { values in
        for group in 0..<columns.groups {
          let total = sums.baseAddress! + group * depth
          for row in group * rows..<(group + 1) * rows {
            let values = values.baseAddress! + row * depth
            for i in 0..<depth { total[i] += Double(values[i]) }
          }
        }
      }
    }
    return sums
  }

  /// `count` different positions, one at random in each of as many equal stretches.
  private static func places(_ count: Int, of total: Int, seed: UInt64) -> [Int] {
    guard count < total else { return Array(0..<total) }
    var random = SplitMix64(seed: seed)
    return (0..<count).map { index in
      let (start, end) = (index * total / count, (index + 1) * total / count)
      return start + Int(random.next() >> 33) % (end - start)
    }
  }
}

/// Sums of samples.
struct InputMeans: Sendable {
  private(set) var positions = 0
  private var floatSums: [Double]
  private var quantizedSums: [Double]

  init(count: Int) {
    floatSums = [Double](repeating: 0, count: count)
    quantizedSums = floatSums
  }

  mutating func add(_ sample: InputSample) {
    positions += sample.positions
    for i in floatSums.indices {
      floatSums[i] += sample.floatSums[i]
      quantizedSums[i] += sample.quantizedSums[i]
    }
  }

  mutating func add(_ other: InputMeans) {
    positions += other.positions
    for i in floatSums.indices {
      floatSums[i] += other.floatSums[i]
      quantizedSums[i] += other.quantizedSums[i]
    }
  }

  /// E[X], groups × depth.
  var float: [Double] { floatSums.map { $0 / Double(max(positions, 1)) } }
  /// E[X̂].
  var quantized: [Double] { quantizedSums.map { $0 / Double(max(positions, 1)) } }
}
