/// How much of a network may be computed in float so that it keeps its accuracy, as a share of the multiply-accumulates of its
/// layers with weights.
public enum FloatBudget: Sendable, Equatable {
  /// Up to a twentieth, where rounded activations alone lose more of the network's outputs than a sound network does.
  case auto
  /// Up to this share, wherever it gains; 0 leaves nothing in float.
  case share(Double)

  public var share: Double {
    switch self {
    case .auto: 0.05
    case .share(let share): share
    }
  }

  /// What rounded activations may lose of the outputs (`NetworkLoss`) before anything is left in float: more where weights of
  /// few bits lose a multiple of that anyway.
  func toleratedLoss(weightBits: Int) -> Double {
    guard self == .auto else { return 0 }
    return weightBits < 8 ? 0.01 : 0.005
  }

  /// The share of the error that an activation must make up to stay in float.
  var matters: Double { self == .auto ? 0.05 : 0.01 }

  /// Where enough is left in float.
  var aim: Double { self == .auto ? 0.0025 : 0 }
}

/// Activations that stay in float on purpose, and why.
public struct FloatActivations: Sendable, Equatable, Codable {
  /// In the order of the graph.
  public let names: [String]
  /// Multiply-accumulates of the layers that read them, which then compute in float, as a share of those of all layers.
  public let share: Double
  /// What rounding activations loses of the network's outputs on held-out samples with float weights: all of them, and all but
  /// these.
  public let lossBefore: Double
  public let lossAfter: Double
}
