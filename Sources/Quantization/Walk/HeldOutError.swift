import CalibrantEngine
import CalibrantLinearAlgebra

/// Judges weights by rows of inputs that they were not fitted to. What the float layer makes of these is computed once.
struct HeldOutError: Sendable {
  fileprivate let matrix: WeightMatrix
  fileprivate let samples: [InputSample]
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

  fileprivate func expected(_ sample: Int, _ group: Int) -> ArraySlice<Float> {
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

extension HeldOutError {
  func clampedMoments(
    of rounding: LayerSolver.RoundedWeights, _ pairs: SaturatingPairs,
    _ input: QuantizationParameters,
    on executor: some OrderedExecutor
  ) throws -> ClampedMoments {
    var rounded = matrix
    rounded.values = rounding.values
    let scales = rounding.parameters.map { Double($0.scale) * Double(input.scale) }
    let parts = try executor.map(samples.count) { [rounded, samples, matrix] index in
      var moments = ClampedMoments(outputs: matrix.outputs)
      let sample = samples[index]
      moments.rows = sample.rows
      for group in 0..<matrix.groups {
        let start = group * sample.rows * matrix.depth
        let codes = sample.quantizedRows[start..<start + sample.rows * matrix.depth]
          .map { ($0 / input.scale).rounded(.toNearestOrEven) }
        let product = rounded.product(sample.quantizedRows, group, rows: sample.rows)
        let errors = zip(expected(index, group), product).map { Double($0 - $1) }
        for output in 0..<matrix.outputsPerGroup {
          let place = group * matrix.outputsPerGroup + output
          for row in 0..<sample.rows {
            let lost = pairs.excess(codes, row * matrix.depth, place, input.unsignedZeroPoint)
            moments.add(
              errors[row * matrix.outputsPerGroup + output],
              clamped: Double(lost) * scales[scales.count > 1 ? place : 0], at: place)
          }
        }
      }
      return moments
    }
    return parts.reduce(into: ClampedMoments(outputs: matrix.outputs)) { $0.add($1) }
  }
}

extension QuantizationParameters {
  /// Of the codes as unsigned bytes: runtimes on x86 move signed ones up by 128.
  fileprivate var unsignedZeroPoint: Float { Float(zeroPoint + (storage == .int8 ? 128 : 0)) }
}

extension SaturatingPairs {
  /// What clamping takes from the sum of one output over one row of codes less their zero point.
  fileprivate func excess(
    _ codes: [Float], _ start: Int, _ output: Int, _ zeroPoint: Float
  ) -> Int {
    pairs(of: output).reduce(0) { sum, pair in
      sum
        + Int(
          pair.excess(codes[start + pair.first], codes[start + pair.second], zeroPoint: zeroPoint))
    }
  }
}

/// Σ e, Σ e² of exact sums and of clamped ones, by output.
struct ClampedMoments: Sendable {
  var rows = 0
  private var exact: [(sum: Double, square: Double)]
  private var clamped: [(sum: Double, square: Double)]

  init(outputs: Int) {
    exact = Array(repeating: (0, 0), count: outputs)
    clamped = exact
  }

  /// - Parameter lost: what the output loses by clamping, which adds to its error.
  mutating func add(_ error: Double, clamped lost: Double, at output: Int) {
    exact[output].sum += error
    exact[output].square += error * error
    clamped[output].sum += error + lost
    clamped[output].square += (error + lost) * (error + lost)
  }

  mutating func add(_ other: ClampedMoments) {
    rows += other.rows
    for i in exact.indices {
      exact[i].sum += other.exact[i].sum
      exact[i].square += other.exact[i].square
      clamped[i].sum += other.clamped[i].sum
      clamped[i].square += other.clamped[i].square
    }
  }

  /// Both about the mean of the exact error, which a corrected bias takes away, summed over outputs.
  var errors: (exact: Double, error: Double) {
    let count = Double(max(rows, 1))
    var result = (exact: 0.0, error: 0.0)
    for (exact, clamped) in zip(exact, clamped) {
      let mean = exact.sum / count
      result.exact += exact.square / count - mean * mean
      result.error += clamped.square / count - 2 * mean * clamped.sum / count + mean * mean
    }
    return result
  }
}
