/// How a processor adds up the products of 8-bit codes.
public enum Hardware: String, Sendable, Codable, CaseIterable {
  /// Sums are exact: x86 with VNNI or AMX, ARM.
  case exact
  /// x86 without VNNI (Intel before Ice Lake and Cascade Lake, AMD before Zen 4): runtimes multiply with an instruction
  /// that clamps the sum of two products to 16 bits.
  case noVNNI = "no-vnni"
}
