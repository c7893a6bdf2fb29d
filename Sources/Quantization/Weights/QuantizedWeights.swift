/// Integer codes of a weight tensor with the parameters that turn them back.
public struct QuantizedWeights: Sendable, Equatable {
  /// Row-major, one per weight.
  public var codes: [Int8]
  public let shape: [Int]
  /// The axis whose entries have their own parameters; nil where one serves all.
  public let axis: Int?
  /// One per entry of `axis`, or exactly one.
  public var parameters: [QuantizationParameters]

  public var scales: [Float] { parameters.map(\.scale) }

  /// The weights as the quantized model sees them.
  public func dequantized() -> [Float] {
    var result = [Float](repeating: 0, count: codes.count)
    WeightLayout(shape: shape, axis: axis).forEachRun { channel, run in
      let parameters = parameters[channel]
      for i in run { result[i] = parameters.dequantize(Int(codes[i])) }
    }
    return result
  }
}

/// Where the weights of a channel lie: a row-major tensor is outer × channels × inner.
struct WeightLayout {
  let outer: Int
  let channels: Int
  let inner: Int

  init(shape: [Int], axis: Int?) {
    guard let axis else {
      (outer, channels, inner) = (1, 1, shape.reduce(1, *))
      return
    }
    precondition(shape.indices.contains(axis), "The channel axis must be one of the tensor's axes.")
    outer = shape[..<axis].reduce(1, *)
    channels = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  /// Calls `body` with each channel and each contiguous run of its weights.
  @inline(__always)
  func forEachRun(_ body: (_ channel: Int, _ run: Range<Int>) -> Void) {
    for block in 0..<outer {
      for channel in 0..<channels {
        let start = (block * channels + channel) * inner
        body(channel, start..<start + inner)
      }
    }
  }
}
