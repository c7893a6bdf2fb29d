/// Int32 biases have the scale s_x · s_w, which must be wide enough for the bias.
public enum BiasScale {
  /// The largest code of a bias, half of what int32 holds: room for the products to be added.
  static let limit = 0x1p30

  /// `parameters` of a layer's weights with scales widened where |b| / (s_x · s_w) would exceed 2³⁰.
  ///
  /// Channels that need it have weights near zero (their output is their bias). A channel whose weights
  /// are all zero can take any scale, so it takes the finest that holds its bias.
  ///
  /// - Parameters:
  ///   - parameters: one per output channel, or one for all.
  ///   - ranges: the weights' ranges, as many as `parameters`.
  ///   - bias: one per output channel, finite.
  ///   - inputScales: s_x, one for all or one per output channel.
  public static func guarded(
    _ parameters: [QuantizationParameters], ranges: [ValueRange], bias: [Float],
    inputScales: [Float]
  ) -> [QuantizationParameters] {
    var needed = [Double](repeating: 0, count: parameters.count)
    for (channel, value) in bias.enumerated() {
      let i = parameters.count == 1 ? 0 : channel
      let inputScale = Double(inputScales[inputScales.count == 1 ? 0 : channel])
      needed[i] = max(needed[i], Double(abs(value)) / (inputScale * limit))
    }
    return parameters.indices.map { i in
      var result = parameters[i]
      // One step up, so that rounding to float cannot end below what is needed.
      let least = max(Float(needed[i]).nextUp, .leastNormalMagnitude)
      if needed[i] > 0 && (ranges[i].magnitude == 0 || result.scale < least) {
        result.scale = min(least, .greatestFiniteMagnitude)
      }
      return result
    }
  }

  /// Whether every code of a bias fits in an int32, with scales that are normal floats.
  static func fits(_ bias: [Float], scales: [Float]) -> Bool {
    bias.enumerated().allSatisfy { channel, value in
      let scale = scales[scales.count == 1 ? 0 : channel]
      return scale.isNormal && abs(Double(value) / Double(scale)) < 0x1p31 - 1
    }
  }

  /// The int32 codes of a bias under scales of its own, rounded half to even and clipped.
  public static func codes(of bias: [Float], scales: [Float]) -> [Int32] {
    bias.enumerated().map { channel, value in
      let scale = Double(scales[scales.count == 1 ? 0 : channel])
      let steps = (Double(value) / scale).rounded(.toNearestOrEven)
      return Int32(min(max(steps, -0x1p31), 0x1p31 - 1))
    }
  }
}
