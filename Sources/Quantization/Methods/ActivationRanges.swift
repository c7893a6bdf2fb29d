/// The ranges of a model's activations, by the names of the original model's values.
public struct ActivationRanges: Sendable, Equatable, Codable {
  public var tensors: [String: ValueRange]
  /// Ranges of the channels (axis 1), for values that may have a scale per channel.
  public var channels: [String: [ValueRange]]
  /// Values that stay in float, whatever is known of their range.
  public private(set) var floats: Set<String> = []

  public init(tensors: [String: ValueRange] = [:], channels: [String: [ValueRange]] = [:]) {
    self.tensors = tensors
    self.channels = channels
  }

  func knows(_ name: String) -> Bool { tensors[name] != nil || channels[name] != nil }

  /// The same, with other values left in float.
  public func leaving(_ floats: some Sequence<String>) -> ActivationRanges {
    var result = self
    result.floats = Set(floats)
    return result
  }

  /// These ranges, wide enough for others of the same values.
  public func covering(_ others: ActivationRanges) -> ActivationRanges {
    var result = self
    for (name, range) in tensors {
      if let other = others.tensors[name] { result.tensors[name] = range.union(other) }
    }
    for (name, ranges) in channels {
      guard let other = others.channels[name], other.count == ranges.count else { continue }
      result.channels[name] = zip(ranges, other).map { $0.union($1) }
    }
    return result
  }

  /// The ranges of some values.
  public func limited(to names: some Sequence<String>) -> ActivationRanges {
    let names = Set(names)
    return ActivationRanges(
      tensors: tensors.filter { names.contains($0.key) },
      channels: channels.filter { names.contains($0.key) })
  }

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
