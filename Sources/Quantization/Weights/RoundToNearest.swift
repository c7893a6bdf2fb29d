/// Weights by their own minimum and maximum, each rounded to the nearest code.
public enum RoundToNearest {
  /// The range of each channel along `axis`, or of the whole tensor. NaN and infinities are skipped.
  public static func ranges(of weights: [Float], shape: [Int], axis: Int?) -> [ValueRange] {
    let layout = WeightLayout(shape: shape, axis: axis)
    precondition(
      layout.outer * layout.channels * layout.inner == weights.count,
      "A weight tensor has as many values as its shape says.")
    var lower = [Float](repeating: 0, count: layout.channels)
    var upper = lower
    layout.forEachRun { channel, run in
      var (low, high) = (lower[channel], upper[channel])
      for i in run where weights[i].isFinite {
        low = min(low, weights[i])
        high = max(high, weights[i])
      }
      (lower[channel], upper[channel]) = (low, high)
    }
    return zip(lower, upper).map { ValueRange($0, $1) }
  }

  /// The codes nearest to the weights under given parameters, one set per channel along `axis`.
  public static func codes(
    of weights: [Float], shape: [Int], axis: Int?, parameters: [QuantizationParameters]
  ) -> QuantizedWeights {
    let layout = WeightLayout(shape: shape, axis: axis)
    precondition(parameters.count == layout.channels, "Every channel needs its parameters.")
    var codes = [Int8](repeating: 0, count: weights.count)
    layout.forEachRun { channel, run in
      let parameters = parameters[channel]
      for i in run { codes[i] = Int8(truncatingIfNeeded: parameters.quantize(weights[i])) }
    }
    return QuantizedWeights(codes: codes, shape: shape, axis: axis, parameters: parameters)
  }

  /// Weights of any rank, row-major, quantized on `grid`.
  ///
  /// - Parameter axis: the axis of the output channels, or nil for one scale for all.
  public static func quantize(
    _ weights: [Float], shape: [Int], axis: Int?, grid: QuantizationGrid
  ) -> QuantizedWeights {
    let parameters = ranges(of: weights, shape: shape, axis: axis).map(grid.parameters)
    return codes(of: weights, shape: shape, axis: axis, parameters: parameters)
  }
}
