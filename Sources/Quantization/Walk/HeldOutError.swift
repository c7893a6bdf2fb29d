import LinearAlgebra

/// Judges weights by rows of inputs that they were not fitted to. What the float layer makes of these is computed once.
struct HeldOutError: Sendable {
  private let matrix: WeightMatrix
  private let samples: [InputSample]
  /// W x, by sample: groups × rows × outputs of the group.
  private let expected: [[Float]]

  /// - Returns: nil where no rows are held out.
  init?(
    _ matrix: WeightMatrix, _ samples: [InputSample], on executor: some OrderedExecutor
  ) throws {
    let samples = samples.filter { $0.rows > 0 }
    guard !samples.isEmpty else { return nil }
    self.matrix = matrix
    self.samples = samples
    expected = try executor.map(samples.count) { index in
      (0..<matrix.groups).flatMap {
        matrix.product(samples[index].floatRows, $0, rows: samples[index].rows)
      }
    }
  }

  /// The variance of the layer's error, summed over outputs: E‖W(x − E[x]) − Ŵ(x̂ − E[x̂])‖².
  func error(of values: [Float], on executor: some OrderedExecutor) throws -> Double {
    var rounded = matrix
    rounded.values = values
    return try variance(on: executor) { [rounded] sample, group in
      zip(
        expected(sample, group),
        rounded.product(samples[sample].quantizedRows, group, rows: samples[sample].rows)
      )
      .map { $0 - $1 }
    }
  }

  /// `error` as a share of the float outputs' variance; nil where they do not vary.
  func relativeError(of values: [Float], on executor: some OrderedExecutor) throws -> Double? {
    let signal = try variance(on: executor) { Array(expected($0, $1)) }
    return signal > 0 ? try error(of: values, on: executor) / signal : nil
  }

  private func expected(_ sample: Int, _ group: Int) -> ArraySlice<Float> {
    let count = samples[sample].rows * matrix.outputsPerGroup
    return expected[sample][group * count..<(group + 1) * count]
  }

  private func variance(
    on executor: some OrderedExecutor,
    _ outputs: @escaping @Sendable (_ sample: Int, _ group: Int) -> [Float]
  ) throws -> Double {
    let parts = try executor.map(samples.count) { sample in
      var moments = ErrorMoments(candidates: 1, outputs: matrix.outputs)
      moments.rows = samples[sample].rows
      for group in 0..<matrix.groups { moments.add(0, group, outputs(sample, group)) }
      return moments
    }
    var total = ErrorMoments(candidates: 1, outputs: matrix.outputs)
    for part in parts { total.add(part) }
    return total.variances[0]
  }
}
