/// Means of values per channel (axis 1), by the names of the original model's values; one entry stands for all
/// channels.
public struct ChannelMeans: Sendable, Equatable {
  public var values: [String: [Double]]

  public init(_ values: [String: [Double]] = [:]) { self.values = values }

  /// What was observed. Values whose channels were not kept have no mean.
  public init(_ statistics: [String: TensorStatistics]) {
    values = statistics.compactMapValues { observed in
      observed.channels.isEmpty || observed.summary.isEmpty ? nil : observed.channels.map(\.mean)
    }
  }
}
