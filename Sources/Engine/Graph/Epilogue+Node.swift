extension Epilogue {
  /// What rewrites have fused into a node.
  init(_ node: Node) {
    activation = node.activation
    rounding = node.rounding
  }
}
