/// The ranges that `auto` chose, and what it chose them by.
public struct RangeChoices: Sendable, Equatable, Codable {
  /// The chosen method of tensors that share a range, and what each would cost the layers that read them.
  public struct Tensors: Sendable, Equatable, Codable {
    public let names: [String]
    public let method: String
    public let scores: [Score]
  }

  /// A candidate's range and what it costs the layers that read the tensors.
  public struct Score: Sendable, Equatable, Codable {
    public let method: String
    public let range: ValueRange
    public let error: Double
  }

  /// What ranges for the whole network cost its outputs.
  public struct Network: Sendable, Equatable, Codable {
    /// What the outputs lose (`NetworkLoss`), with rounded activations and float weights.
    public let error: Double
    public let plan: Plan

    init(plan: Plan, error: Double) { (self.plan, self.error) = (plan, error) }
  }

  /// Where the ranges of a network come from.
  public enum Plan: Sendable, Equatable, Codable {
    /// Each tensor takes the method that suits its readers best.
    case ownEach
    /// All tensors take this method's.
    case uniform(String)
    /// Parts of the network take different methods'.
    case parts
  }

  public var ranges: ActivationRanges
  /// Activations that `ranges` leaves in float; nil where it leaves none.
  public var floats: FloatActivations? {
    didSet { ranges = ranges.leaving(floats?.names ?? []) }
  }
  public internal(set) var tensors: [Tensors] = []
  /// What was compared; the one with the smallest error, the first of equals, was taken.
  public private(set) var networks: [Network] = []

  public init(ranges: ActivationRanges = ActivationRanges()) { self.ranges = ranges }

  mutating func add(_ network: Network) { networks.append(network) }

  /// nil where there was nothing to judge networks by.
  public var chosen: Network? { networks.min { $0.error < $1.error } }
}
