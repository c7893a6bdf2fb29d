extension IntegerLayer {
  init(_ node: Node) throws(GraphError) {
    inputScale = try node.attributes.float("x_scale", default: 1)
    inputZeroPoint = try node.attributes.int("x_zero_point", default: 0)
    weightZeroPoint = try node.attributes.int("w_zero_point", default: 0)
    clampsPairs = node.clampsPairs
    countsClamps = try node.attributes.flag("counts_clamps")
    output = node.rounding
  }
}
