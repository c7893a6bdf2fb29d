/// How many networks each search may try; each costs a run over held-out samples.
public struct SearchLimits: Sendable, Equatable {
  /// Mixtures of methods for ranges, by parts of the network.
  public var mixtures = 12
  /// Parts that might do without some of what was fitted to them.
  public var fittings = 9
  /// Parts that might stay in float.
  public var placements = 96

  public init(mixtures: Int = 12) { self.mixtures = mixtures }

  /// So many times the usual.
  public init(times: Int) {
    mixtures *= times
    fittings *= times
    placements *= times
  }
}
