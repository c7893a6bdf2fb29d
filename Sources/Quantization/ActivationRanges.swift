/// The ranges of a model's activations, by the names of the original model's values.
public struct ActivationRanges: Sendable, Equatable {
  public var tensors: [String: ValueRange]
  /// Ranges of the channels (axis 1), for values that may have a scale per channel.
  public var channels: [String: [ValueRange]]

  public init(tensors: [String: ValueRange] = [:], channels: [String: [ValueRange]] = [:]) {
    self.tensors = tensors
    self.channels = channels
  }

  func knows(_ name: String) -> Bool { tensors[name] != nil || channels[name] != nil }

  /// What `method` makes of observed statistics. Tensors in which nothing was seen get no range.
  public init(
    _ statistics: [String: TensorStatistics], method: any CalibrationMethod, grid: QuantizationGrid
  ) {
    self.init()
    for (name, observed) in statistics where !observed.summary.isEmpty {
      tensors[name] = method.range(of: observed.distribution, on: grid)
      let perChannel = observed.channelDistributions
      if !perChannel.isEmpty {
        channels[name] = perChannel.map { method.range(of: $0, on: grid) }
      }
    }
  }
}
