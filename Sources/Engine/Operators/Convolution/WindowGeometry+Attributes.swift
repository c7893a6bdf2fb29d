extension WindowGeometry {
  /// Reads `strides`, `dilations`, `pads`, `auto_pad` and `ceil_mode`.
  init(_ attributes: Attributes, kernel: [Int]) throws(GraphError) {
    try self.init(
      kernel: kernel, strides: attributes.ints("strides"), dilations: attributes.ints("dilations"),
      pads: attributes.ints("pads"), autoPad: attributes.string("auto_pad", default: "NOTSET"),
      ceilMode: attributes.flag("ceil_mode"))
  }
}
