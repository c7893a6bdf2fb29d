/// A value that a quantized model quantizes.
public struct ActivationTensor: Sendable, Equatable {
  public let name: String
  /// False where the range is that of another value, which this one is a part or a rearrangement of.
  public let decidesRange: Bool
  /// Whether histograms per channel are of use (axis 1).
  public let mayBePerChannel: Bool

  public init(name: String, decidesRange: Bool, mayBePerChannel: Bool) {
    self.name = name
    self.decidesRange = decidesRange
    self.mayBePerChannel = mayBePerChannel
  }
}
