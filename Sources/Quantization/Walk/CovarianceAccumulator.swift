import LinearAlgebra

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
  private let hessian: UnsafeMutablePointer<Double>
  private let cross: UnsafeMutablePointer<Double>

  static let rowsPerFlush = 4096
  private static let tile = 256

  init(groups: Int, depth: Int) {
    self.groups = groups
    self.depth = depth
    floatSums = [Double](repeating: 0, count: groups * depth)
    quantizedSums = floatSums
    let count = groups * depth * depth
    hessian = .allocate(capacity: count)
    cross = .allocate(capacity: count)
    hessian.initialize(repeating: 0, count: count)
    cross.initialize(repeating: 0, count: count)
  }

  deinit {
    hessian.deallocate()
    cross.deallocate()
  }

  func add(_ sample: InputSample, on executor: some OrderedExecutor) throws {
    guard sample.rows > 0 else { return }
    pending.append(sample)
    pendingRows += sample.rows
    if pendingRows >= Self.rowsPerFlush { try flush(on: executor) }
  }

  /// Adds what is pending to the sums.
  func flush(on executor: some OrderedExecutor) throws {
    guard !pending.isEmpty else { return }
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
        accumulate(samples, group, lines, \.quantizedRows, into: hessian)
        accumulate(samples, group, lines, \.floatRows, into: cross)
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
    for group in 0..<groups {
      for row in 0..<sample.rows {
        let start = (group * sample.rows + row) * depth
        for i in 0..<depth {
          floatSums[group * depth + i] += Double(sample.floatRows[start + i])
          quantizedSums[group * depth + i] += Double(sample.quantizedRows[start + i])
        }
      }
    }
  }

  /// The covariances of one group, about the sampled rows' means.
  func covariance(_ group: Int) -> InputCovariance {
    precondition(pending.isEmpty, "Covariances are asked for when all rows are in.")
    let count = Double(max(rows, 1))
    func centered(_ sums: UnsafeMutablePointer<Double>, _ left: [Double]) -> [Double] {
      let base = sums + group * depth * depth
      var result = [Double](repeating: 0, count: depth * depth)
      for i in 0..<depth {
        let mean = left[group * depth + i] / count
        for j in 0..<depth {
          result[i * depth + j] =
            base[i * depth + j] / count - mean * (quantizedSums[group * depth + j] / count)
        }
      }
      return result
    }
    return InputCovariance(
      quantized: centered(hessian, quantizedSums), cross: centered(cross, floatSums))
  }
}
