/// Weights by their own minimum and maximum, each rounded to the nearest code.
public enum RoundToNearest {
  /// The range of each channel along `axis`, or of each of its blocks, or of the whole tensor. NaN and infinities
  /// are skipped.
  public static func ranges(
    of weights: [Float], shape: [Int], axis: Int?, blockSize: Int? = nil
  ) -> [ValueRange] {
    let layout = WeightLayout(shape: shape, axis: axis, blockSize: blockSize)
    precondition(
      layout.elementCount == weights.count, "A weight tensor has as many values as its shape says.")
    var lower = [Float](repeating: 0, count: layout.setCount)
    var upper = lower
    layout.forEachRun { set, run in
      var (low, high) = (lower[set], upper[set])
      for i in run where weights[i].isFinite {
        low = min(low, weights[i])
        high = max(high, weights[i])
      }
      (lower[set], upper[set]) = (low, high)
    }
    return zip(lower, upper).map { ValueRange($0, $1) }
  }

  /// The codes nearest to the weights under given parameters, one set per range of `ranges`.
  public static func codes(
    of weights: [Float], shape: [Int], axis: Int?, blockSize: Int? = nil,
    parameters: [QuantizationParameters]
  ) -> QuantizedWeights {
    let layout = WeightLayout(shape: shape, axis: axis, blockSize: blockSize)
    precondition(parameters.count == layout.setCount, "Every channel needs its parameters.")
    var codes = [Int8](repeating: 0, count: weights.count)
    layout.forEachRun { set, run in
      let parameters = parameters[set]
      for i in run { codes[i] = Int8(truncatingIfNeeded: parameters.quantize(weights[i])) }
    }
    return QuantizedWeights(
      codes: codes, shape: shape, axis: axis, blockSize: blockSize, parameters: parameters)
  }

  /// Weights of any rank, row-major, quantized on `grid`.
  ///
  /// - Parameters:
  ///   - axis: the axis of the output channels, or nil for one scale for all.
  ///   - blockSize: of a matrix: inputs of an output channel that share a scale; nil where all of them do.
  public static func quantize(
    _ weights: [Float], shape: [Int], axis: Int?, blockSize: Int? = nil, grid: QuantizationGrid
  ) -> QuantizedWeights {
    let ranges = ranges(of: weights, shape: shape, axis: axis, blockSize: blockSize)
    return codes(
      of: weights, shape: shape, axis: axis, blockSize: blockSize,
      parameters: ranges.map(grid.parameters))
  }
}
