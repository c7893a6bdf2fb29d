import CalibrantEngine

/// Collects the statistics of tapped values of one worker; observers merge exactly.
///
/// Make the `Program` observe `names`, and pass what its tap gives to `observe(_:_:samples:)`.
public struct Observer: Sendable {
  /// The tapped values, in the order of their indices.
  public let names: [String]
  private var statistics: [TensorStatistics]

  public init(_ tensors: [ActivationTensor]) {
    names = tensors.map(\.name)
    statistics = tensors.map {
      TensorStatistics(detail: $0.mayBePerChannel ? .histograms : .summaries)
    }
  }

  /// Adds a batch of one value. Anything but float32 is passed over.
  ///
  /// - Parameters:
  ///   - index: the value's position in `names`.
  ///   - values: samples along the first axis, channels along the second.
  ///   - samples: how many samples of the batch count, from the first; a value without that axis counts as one
  ///     sample.
  ///   - rows: how many samples the batch holds; nil where all count. A value whose first axis counts several entries
  ///     for each, windows of an image say, counts with all of those.
  public mutating func observe(_ index: Int, _ values: TensorView, samples: Int, rows: Int? = nil) {
    guard values.dtype == .float32, values.count > 0 else { return }
    let shape = values.shape.dims
    let hasSamples = shape.count > 1 && shape[0] >= samples
    let channels = hasSamples ? shape[1] : 1
    let length = hasSamples ? values.count / shape[0] : values.count
    let rows = rows ?? samples
    let perSample = hasSamples && rows > 0 && shape[0].isMultiple(of: rows) ? shape[0] / rows : 1
    for sample in 0..<(hasSamples ? samples * perSample : 1) {
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
