/// A layer with weights, in the float model and in the quantized file.
package struct InspectedLayer: Sendable {
  package let name: String
  package let opType: String
  /// The value that the layer computes, by the same name in both.
  package let output: String
  /// Positions among the nodes.
  let floatNode: Int
  let quantizedNode: Int
  /// Names of the weights in the two graphs: an initializer, and what a DequantizeLinear makes.
  package let floatWeight: String
  package let quantizedWeight: String
  /// The output channel's axis of the weights.
  package let axis: Int
  package let shape: [Int]
  /// nil where the weights are float in the quantized file.
  package let bits: Int?
  /// The activation that a QuantizeLinear rounds before the layer reads it; nil where it reads floats.
  package let activation: RoundedActivation?

  package var elementCount: Int { shape.reduce(1, *) }
}

/// A QuantizeLinear and DequantizeLinear pair that a layer reads through.
package struct RoundedActivation: Sendable {
  /// The value as computed, before rounding.
  package let source: String
  /// The value that the layer reads.
  package let rounded: String
  /// The range that the codes cover; the widest of the channels where each has its own.
  package let range: ClosedRange<Float>
}
