import CalibrantQuantization

/// A step of the activation-based recipe that a comparison can leave out, to show what it is worth.
public enum AblationStep: String, Sendable, CaseIterable {
  case optimalRounding = "optimal rounding"
  case repair = "repair of earlier layers"
  case biasCorrection = "bias correction"
  case endBits = "8-bit end layers"
  case smallBits = "8-bit small layers"
  case balancing = "balanced channels"
  case floatBudget = "activations left in float"

  /// Whether leaving it out changes anything for a scheme.
  func matters(_ scheme: SchemeName, _ options: QuantizationOptions) -> Bool {
    switch self {
    case .optimalRounding, .repair: options.walkOptions(scheme).rounding == .optimal
    case .biasCorrection: options.correctsBiases
    case .endBits: scheme.weightBits < options.policy.endBits ?? 0
    case .smallBits: scheme.weightBits < options.policy.smallBits ?? 0
    case .balancing: options.balance != nil && scheme.activationBits != nil
    case .floatBudget:
      scheme.activationBits != nil && options.effort != .quick && options.floatBudget != .share(0)
    }
  }

  func removed(from options: QuantizationOptions) -> QuantizationOptions {
    var options = options
    switch self {
    case .optimalRounding: options.rounding = .nearest
    case .repair: options.repairsEarlierLayers = false
    case .biasCorrection: options.correctsBiases = false
    case .endBits: options.policy.endBits = nil
    case .smallBits: options.policy.smallBits = nil
    // It is the model that differs.
    case .balancing: break
    case .floatBudget: options.floatBudget = .share(0)
    }
    return options
  }
}
