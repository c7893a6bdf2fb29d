/// What became of one layer's weights.
public struct QuantizedLayer: Sendable, Equatable {
  public let name: String
  public let opType: String
  public let weight: String
  public let elementCount: Int
  /// Nil where the weights stay in float32.
  public let bits: Int?
  /// The share of its outputs' variance that is error, where calibration held samples out (`LayerCalibration`).
  public internal(set) var relativeError: Double?
  /// Whether the weights are such that x86 without VNNI clamps no sum, at the price of some precision.
  public internal(set) var isSaturationSafe = false
}
