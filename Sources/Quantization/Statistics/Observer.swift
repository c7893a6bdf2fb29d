import Engine

/// Collects the statistics of tapped values of one worker; observers merge exactly.
///
/// Make the `Program` observe `names`, and pass what its tap gives to `observe(_:_:samples:)`.
public struct Observer: Sendable {
  /// The tapped values, in the order of their indices.
  public let names: [String]
  private var statistics: [TensorStatistics]

  public init(_ tensors: [ActivationTensor]) {
    names = tensors.map(\.name)
    statistics = tensors.map { TensorStatistics(detail: $0.mayBePerChannel ? .histograms : .none) }
  }

  /// Adds a batch of one value. Anything but float32 is passed over.
  ///
  /// - Parameters:
  ///   - index: the value's position in `names`.
  ///   - values: samples along the first axis, channels along the second.
  ///   - samples: how many samples the batch has; a value without that axis counts as one sample.
  public mutating func observe(_ index: Int, _ values: TensorView, samples: Int) {
    guard values.dtype == .float32, values.count > 0 else { return }
    let shape = values.shape.dims
    let count = shape.first == samples ? samples : 1
    let isPerChannel = statistics[index].detail != .none && shape.count > 1
    let channels = isPerChannel ? shape[1] : 1
    let length = values.count / count
    for sample in 0..<count {
      statistics[index].observe(
        UnsafeBufferPointer(rebasing: values.floats[sample * length..<(sample + 1) * length]),
        channels: channels)
    }
  }

  /// Adds what the observer of another worker or shard saw of the same values.
  public mutating func merge(_ other: Observer) {
    precondition(names == other.names, "Observers merge when they observe the same values.")
    for i in statistics.indices { statistics[i].merge(other.statistics[i]) }
  }

  /// The statistics by tensor name.
  public var tensors: [String: TensorStatistics] {
    Dictionary(zip(names, statistics), uniquingKeysWith: { first, _ in first })
  }
}
