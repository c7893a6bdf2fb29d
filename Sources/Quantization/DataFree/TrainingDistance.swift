/// How far what a network's batch norms see is from what they saw in training, whose moments they keep.
public struct TrainingDistance: Sendable, Equatable {
  /// How far means are off in standard deviations of training, √(Σ (E[x] − β)² / Σ γ²) over channels; the median over batch
  /// norms.
  public let shift: Double
  /// Standard deviations as shares of those of training, √(Σ Var[x] / Σ γ²) over channels; the median over batch norms.
  public let spread: Double

  /// What has to be observed: what batch norms leave.
  public static func targets(of model: PreparedModel) -> [ActivationTensor] {
    model.normalized.keys.sorted().map {
      ActivationTensor(name: $0, decidesRange: true, mayBePerChannel: false)
    }
  }

  /// - Parameter statistics: of the targets, by name.
  /// - Returns: nil where no batch norm's channels were observed.
  public init?(_ model: PreparedModel, _ statistics: [String: TensorStatistics]) {
    var (shifts, spreads): ([Double], [Double]) = ([], [])
    for (name, normals) in model.normalized {
      let trained = normals.reduce(0) { $0 + $1.deviation * $1.deviation }
      guard let channels = statistics[name]?.channels, channels.count == normals.count, trained > 0
      else { continue }
      let shift = zip(channels, normals).reduce(0) { sum, pair in
        let difference = pair.0.mean - pair.1.mean
        return sum + difference * difference
      }
      shifts.append((shift / trained).squareRoot())
      spreads.append((channels.reduce(0) { $0 + $1.variance } / trained).squareRoot())
    }
    guard !shifts.isEmpty else { return nil }
    shift = shifts.sorted()[shifts.count / 2]
    spread = spreads.sorted()[spreads.count / 2]
  }
}
