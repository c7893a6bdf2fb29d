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
        accumulate(samples, group, lines, \.quantizedRows, into: hessian!)
        accumulate(samples, group, lines, \.floatRows, into: cross!)
      }
    }
    for sample in samples { addSums(sample) }
    rows += pendingRows
    pending = []
    pendingRows = 0
  }

  /// Lines `lines` of Σ xᵀ·x̂ for one group.
  private func accumulate(
    _ samples: [InputSample], _ group: Int, _ lines: Range<Int>,
    _ left: KeyPath<InputSample, [Float]>, into sums: UnsafeMutablePointer<Double>
  ) {
    var product = [Float](repeating: 0, count: lines.count * depth)
    for (index, sample) in samples.enumerated() {
      let start = group * sample.rows * depth
      sample[keyPath: left].withUnsafeBufferPointer { left in
        sample.quantizedRows.withUnsafeBufferPointer { right in
          gemm(
            m: lines.count, n: depth, k: sample.rows,
            MatrixOperand(
              left.baseAddress! + start + lines.lowerBound, stride: depth, isTransposed: true),
            MatrixOperand(right.baseAddress! + start, stride: depth),
            beta: index == 0 ? 0 : 1, into: &product, stride: depth)
        }
      }
    }
    let target = sums + (group * depth + lines.lowerBound) * depth
    for i in product.indices { target[i] += Double(product[i]) }
  }

  private func addSums(_ sample: InputSample) {
    for i in floatSums.indices {
      floatSums[i] += sample.floatRowSums[i]
      quantizedSums[i] += sample.quantizedRowSums[i]
    }
  }

  /// The covariances of every group, about the sampled rows' means. What was gathered is given up for them.
  func finish(on executor: some OrderedExecutor) throws -> [InputCovariance] {
    try flush(on: executor)
    // One after the other: a wide layer's matrices are hundreds of megabytes.
    var covariances = take(&hessian, quantizedSums) {
      InputCovariance(quantized: $0, cross: nil, columns: depth)
    }
    let crosses = take(&cross, floatSums) {
      Array(UnsafeBufferPointer(start: $0, count: depth * depth))
    }
    for group in 0..<groups { covariances[group].cross = crosses[group] }
    return covariances
  }

  /// Centers every group's sums of products in place, makes something of them and gives them up.
  private func take<Result>(
    _ products: inout UnsafeMutablePointer<Double>?, _ left: [Double],
    make: (UnsafePointer<Double>) -> Result
  ) -> [Result] {
    guard let all = products else { preconditionFailure("Covariances are finished once.") }
    defer {
      all.deallocate()
      products = nil
    }
    return (0..<groups).map { group in
      let sums = all + group * depth * depth
      center(sums, left[group * depth..<(group + 1) * depth], group)
      return make(sums)
    }
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
