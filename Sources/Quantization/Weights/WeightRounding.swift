/// How weights become codes.
public enum WeightRounding: String, Sendable, Codable, CaseIterable {
  /// Each to its nearest code.
  case nearest
  /// Together, so that the layer's outputs on calibration data lose least.
  case optimal
}
