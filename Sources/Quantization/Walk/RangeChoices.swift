/// The ranges that `auto` chose, and what it chose them by.
public struct RangeChoices: Sendable, Equatable {
  /// The chosen method of tensors that share a range, and what each would cost the layers that read them.
  public struct Tensors: Sendable, Equatable {
    public let names: [String]
    public internal(set) var method: String
    public let scores: [Score]
    /// Methods that give the same scale and zero point as one in `scores`, by name.
    let twins: [String: String]
  }

  /// A candidate's range and what it costs the layers that read the tensors.
  public struct Score: Sendable, Equatable {
    public let method: String
    public let range: ValueRange
    public let error: Double
  }

  /// What ranges for the whole network cost its outputs.
  public struct Network: Sendable, Equatable {
    /// Whose ranges all tensors take; nil where each takes what suits its readers best.
    public let method: String?
    /// E‖(ŷ − E[ŷ]) − (y − E[y])‖² / E‖y − E[y]‖² of the outputs, with rounded activations and float weights.
    public let error: Double
  }

  public var ranges: ActivationRanges
  public internal(set) var tensors: [Tensors] = []
  public internal(set) var networks: [Network] = []
  /// The method that all tensors take their ranges from; nil where each has its own.
  public internal(set) var uniform: String?

  public init(ranges: ActivationRanges = ActivationRanges()) { self.ranges = ranges }

  mutating func take(_ ranges: ActivationRanges, of method: String) {
    self.ranges = ranges
    uniform = method
    for index in tensors.indices {
      tensors[index].method = tensors[index].twins[method] ?? method
    }
  }
}
