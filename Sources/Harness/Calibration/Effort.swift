import CalibrantQuantization

/// How much time calibration may take to look for what loses less: `--effort 0` to `3`.
public enum Effort: Int, Sendable, CaseIterable {
  /// One method for all ranges, weights rounded to nearest, biases corrected; no channel is balanced, no activation left in float.
  case quick
  case usual
  /// Also leaves activations in float where no network is lost, up to a twentieth of the multiply-accumulates.
  case thorough
  /// The same, trying eight times as many networks.
  case exhaustive

  /// How many networks each search may try, which costs a run over the held-out samples.
  var searchLimits: SearchLimits {
    switch self {
    case .quick: SearchLimits(mixtures: 0)
    case .usual: SearchLimits()
    case .thorough: SearchLimits(times: 2)
    case .exhaustive: SearchLimits(times: 8)
    }
  }

  /// What `auto` allows.
  var floatBudget: FloatBudget {
    switch self {
    case .quick: .share(0)
    case .usual: .auto
    case .thorough, .exhaustive: .share(FloatBudget.auto.share)
    }
  }
}
