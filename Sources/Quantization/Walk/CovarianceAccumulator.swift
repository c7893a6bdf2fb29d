import CalibrantLinearAlgebra

/// Gathers H = cov(X̂) and C = cov(X, X̂) of every group from sampled rows.
///
/// Products are formed in single precision over some thousand rows at a time and added up in double precision.
/// The work is split by rows of H, so it is the same for any number of threads.
final class CovarianceAccumulator: @unchecked Sendable {
  let groups: Int
  let depth: Int
  private(set) var rows = 0
  private var pending: [InputSample] = []
  private var pendingRows = 0
  private var floatSums: [Double]
  private var quantizedSums: [Double]
  /// Groups × depth × depth. Unchecked: threads write disjoint rows, and only inside `flush`.
  private var hessian: UnsafeMutablePointer<Double>?
  private var cross: UnsafeMutablePointer<Double>?

  /// So many rows that products are efficient, unless that takes too much memory, as it does for many groups.
  private var rowsPerFlush: Int { min(4096, max(256, Self.pendingFloats / (groups * depth))) }
  private static let pendingFloats = 4 << 20
  private static let tile = 256

  init(groups: Int, depth: Int) {
    self.groups = groups
    self.depth = depth
    floatSums = [Double](repeating: 0, count: groups * depth)
    quantizedSums = floatSums
    let count = groups * depth * depth
    hessian = Self.zeros(count)
    cross = Self.zeros(count)
  }

  private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
    let zeros = UnsafeMutablePointer<Double>.allocate(capacity: count)
    zeros.initialize(repeating: 0, count: count)
    return zeros
  }

  deinit {
    hessian?.deallocate()
    cross?.deallocate()
  }

  func add(_ sample: InputSample, on executor: some OrderedExecutor) throws {
    guard sample.rows > 0 else { return }
    pending.append(sample)
    pendingRows += sample.rows
    if pendingRows >= rowsPerFlush { try flush(on: executor) }
  }

  /// Adds what is pending to the sums.
  private func flush(on executor: some OrderedExecutor) throws {
    guard !pending.isEmpty else { return }
    precondition(hessian != nil, "Rows come before the end.")
    let samples = pending
    let tilesPerGroup = (depth + Self.tile - 1) / Self.tile
    // Small groups are taken many at a time, so that a thread has something to do.
    let groupsPerUnit = max(1, Self.tile / max(depth, 1))
    let groupUnits = (groups + groupsPerUnit - 1) / groupsPerUnit
    _ = try executor.map(groupUnits * tilesPerGroup) { [self] unit in
      let tile = unit % tilesPerGroup
      let first = unit / tilesPerGroup * groupsPerUnit
      for group in first..<min(first + groupsPerUnit, groups) {
        let lines = tile * Self.tile..<min((tile + 1) * Self.tile, depth)
        // H is symmetric: what lies below its diagonal tiles is filled in at the end.
        accumulate(samples, group, lines, lines.lowerBound..<depth, \.quantizedRows, into: hessian!)
        accumulate(samples, group, lines, 0..<depth, \.floatRows, into: cross!)
      }
    }
    for sample in samples { addSums(sample) }
    rows += pendingRows
    pending = []
    pendingRows = 0
  }

  /// Columns `columns` of lines `lines` of Σ xᵀ·x̂ for one group.
  private func accumulate(
    _ samples: [InputSample], _ group: Int, _ lines: Range<Int>, _ columns: Range<Int>,
    _ left: KeyPath<InputSample, [Float]>, into sums: UnsafeMutablePointer<Double>
  ) {
    let width = columns.count
    var product = [Float](repeating: 0, count: lines.count * width)
    for (index, sample) in samples.enumerated() {
      let start = group * sample.rows * depth
      sample[keyPath: left].withUnsafeBufferPointer { left in
        sample.quantizedRows.withUnsafeBufferPointer { right in
          gemm(
            m: lines.count, n: width, k: sample.rows,
            MatrixOperand(
              left.baseAddress! + start + lines.lowerBound, stride: depth, isTransposed: true),
            MatrixOperand(right.baseAddress! + start + columns.lowerBound, stride: depth),
            beta: index == 0 ? 0 : 1, into: &product, stride: width)
        }
      }
    }
    product.withUnsafeBufferPointer { product in
      for line in lines {
        let target = sums + (group * depth + line) * depth + columns.lowerBound
        let source = product.baseAddress! + (line - lines.lowerBound) * width
        for i in 0..<width { target[i] += Double(source[i]) }
      }
    }
  }

  /// What lies below the diagonal of every group's H.
  private func mirror() {
    guard let hessian else { return }
    for group in 0..<groups {
      let matrix = hessian + group * depth * depth
      for line in 0..<depth {
        for column in 0..<line { matrix[line * depth + column] = matrix[column * depth + line] }
      }
    }
  }

  private func addSums(_ sample: InputSample) {
    for i in floatSums.indices {
      floatSums[i] += sample.floatRowSums[i]
      quantizedSums[i] += sample.quantizedRowSums[i]
    }
  }

  /// The covariances of every group, about the sampled rows' means. What was gathered is given up for them.
  func finish(
    _ weights: WeightMatrix, on executor: some OrderedExecutor
  ) throws -> [InputCovariance] {
    try flush(on: executor)
    mirror()
    // One after the other, and of C only W C is kept: a wide layer's matrices are hundreds of megabytes.
    let repaired = try take(&cross, floatSums) { cross, group in
      try product(weights, group, cross, on: executor)
    }
    return take(&hessian, quantizedSums) { hessian, group in
      InputCovariance(quantized: hessian, repaired: repaired[group], columns: depth)
    }
  }

  /// Centers every group's sums of products in place, makes something of them and gives them up.
  private func take<Result>(
    _ products: inout UnsafeMutablePointer<Double>?, _ left: [Double],
    make: (_ matrix: UnsafePointer<Double>, _ group: Int) throws -> Result
  ) rethrows -> [Result] {
    guard let all = products else { preconditionFailure("Covariances are finished once.") }
    defer {
      all.deallocate()
      products = nil
    }
    return try (0..<groups).map { group in
      let sums = all + group * depth * depth
      center(sums, left[group * depth..<(group + 1) * depth], group)
      return try make(sums, group)
    }
  }

  /// W C of one group, outputs × columns.
  private func product(
    _ weights: WeightMatrix, _ group: Int, _ cross: UnsafePointer<Double>,
    on executor: some OrderedExecutor
  ) throws -> [Double] {
    nonisolated(unsafe) let cross = cross
    let rows = weights.outputsPerGroup
    @Sendable func block(_ index: Int) -> [Double] {
      let first = group * rows + index * Self.tile
      let own = first..<min(first + Self.tile, (group + 1) * rows)
      let values = weights.values[own.lowerBound * depth..<own.upperBound * depth]
        .map(Double.init)
      var result = [Double](repeating: 0, count: values.count)
      values.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress else { return }
        gemm(
          m: own.count, n: depth, k: depth, DoubleMatrixOperand(values, stride: depth),
          DoubleMatrixOperand(cross, stride: depth), into: &result, stride: depth)
      }
      return result
    }
    // Groups are many and small, or one.
    guard rows > Self.tile else { return block(0) }
    return try executor.map((rows + Self.tile - 1) / Self.tile, block).flatMap(\.self)
  }

  private func center(
    _ sums: UnsafeMutablePointer<Double>, _ left: ArraySlice<Double>, _ group: Int
  ) {
    let count = Double(max(rows, 1))
    let means = quantizedSums[group * depth..<(group + 1) * depth].map { $0 / count }
    for (i, sum) in left.enumerated() {
      for j in 0..<depth {
        sums[i * depth + j] = sums[i * depth + j] / count - sum / count * means[j]
      }
    }
  }
}
