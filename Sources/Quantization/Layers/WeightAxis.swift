import CalibrantEngine

/// The axis of a weight that has one entry per output channel.
package enum WeightAxis {
  /// nil for operators that have no weights, and for forms whose output channels are not along one axis.
  /// - Parameter rank: of the weight.
  package static func axis(of node: Node, rank: Int) -> Int? {
    node.traits.weight?.outputAxis(node.attributes, rank)
  }
}
