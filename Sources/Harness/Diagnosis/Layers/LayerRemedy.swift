/// Layers, by position, that a quantized model should have otherwise.
struct LayerRemedy: Sendable, Hashable {
  /// Weights and input in float.
  var floats: Set<Int> = []
  /// Weights of fewer bits at 8.
  var eightBits: Set<Int> = []

  var isEmpty: Bool { floats.isEmpty && eightBits.isEmpty }
}
