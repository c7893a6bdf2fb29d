import CalibrantEngine

/// Whether weights are kept where x86 without VNNI clamps no sum (`Hardware.noVNNI`).
public enum SaturationSafety: String, Sendable, Codable, CaseIterable {
  /// In layers that lose more by clamped sums than by such weights, on held-out samples.
  case auto
  case always
  case never
}

/// What decides whether a layer's weights are kept so.
struct LayerSafety: Sendable {
  let mode: SaturationSafety
  let order: PairOrder
  /// How the layer's input becomes codes.
  let input: QuantizationParameters
}

extension LayerSolver {
  /// `choose`, with pairs of codes bounded where `safety` finds that to lose less.
  ///
  /// - Returns: whether they are bounded besides.
  func choose(
    _ safety: LayerSafety?, repairs: Bool, judge: HeldOutError?, on executor: some OrderedExecutor
  ) throws -> (rounding: RoundedWeights, errors: [RoundingError], isBounded: Bool) {
    let free = try choose(repairs: repairs, judge: judge, on: executor)
    guard let safety, safety.mode != .never,
      !SaturatingPairs(free.rounding.codes, safety.order).isEmpty
    else { return (free.rounding, free.errors, false) }
    var bounded = self
    bounded.pairs = safety.order
    guard safety.mode == .auto else {
      let safe = try bounded.choose(repairs: repairs, judge: judge, on: executor)
      return (safe.rounding, safe.errors, true)
    }
    guard let judge,
      let clamped = try judge.clampedError(of: free.rounding, safety, on: executor),
      clamped.error > Self.felt * clamped.exact
    else { return (free.rounding, free.errors, false) }
    let safe = try bounded.choose(repairs: repairs, judge: judge, on: executor)
    let error = try judge.error(of: safe.rounding.values, on: executor)
    return error < clamped.error
      ? (safe.rounding, safe.errors, true) : (free.rounding, free.errors, false)
  }

  /// Clamped sums that add less to a layer's error are not worth other weights.
  private static let felt = 1.05
}

extension HeldOutError {
  /// The error of rounded weights whose bias was corrected for exact sums: with exact ones, and with clamped pairs.
  ///
  /// Clamping moves the mean too, so it counts: E‖e − E[e exact]‖².
  /// - Returns: nil where the input's codes are not bytes.
  func clampedError(
    of rounding: LayerSolver.RoundedWeights, _ safety: LayerSafety,
    on executor: some OrderedExecutor
  ) throws -> (exact: Double, error: Double)? {
    guard safety.input.storage == .uint8 || safety.input.storage == .int8 else { return nil }
    let pairs = SaturatingPairs(rounding.codes, safety.order)
    let moments = try clampedMoments(of: rounding, pairs, safety.input, on: executor)
    return moments.errors
  }
}
