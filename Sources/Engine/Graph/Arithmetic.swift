/// How layers that are written with QuantizeLinear and DequantizeLinear are computed.
public enum Arithmetic: String, Sendable, Codable, CaseIterable {
  /// On the values that codes stand for, in single precision, as the operators' definitions say.
  case float
  /// On the codes, in exact 32-bit sums, as integer hardware does: sum · (s_x · s_w / s_y), halves to even. Results differ from
  /// `float` where a value lies within a rounding error of the middle between two codes.
  case integer
}
