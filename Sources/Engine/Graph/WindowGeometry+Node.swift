extension WindowGeometry {
  /// Reads `strides`, `dilations`, `pads`, `auto_pad` and `ceil_mode`.
  init(_ attributes: Attributes, kernel: [Int]) throws(GraphError) {
    try self.init(
      kernel: kernel, strides: attributes.ints("strides"), dilations: attributes.ints("dilations"),
      pads: attributes.ints("pads"), autoPad: attributes.string("auto_pad", default: "NOTSET"),
      ceilMode: attributes.flag("ceil_mode"))
  }

  /// A convolution's window.
  /// - Parameter w: the shape of its weights, which `kernel_shape` may only repeat.
  init(_ attributes: Attributes, weights w: Shape) throws(GraphError) {
    let kernel = Array(w.dims.dropFirst(2))
    if let declared = try attributes.ints("kernel_shape"), declared != kernel {
      throw .badAttribute(name: "kernel_shape", reason: "\(declared) is not that of W \(w)")
    }
    try self.init(attributes, kernel: kernel)
  }

  /// A pool's window; its kernel is an attribute.
  init(pool node: Node) throws(GraphError) {
    guard let kernel = try node.attributes.ints("kernel_shape") else {
      throw .badAttribute(name: "kernel_shape", reason: "is missing")
    }
    try self.init(node.attributes, kernel: kernel)
  }
}

extension Node {
  /// Window and groups of a convolution with weights of that shape, where its attributes are as they should be.
  func convolution(weights: Shape) -> (window: WindowGeometry, group: Int)? {
    guard self.is("Conv"), let window = try? WindowGeometry(attributes, weights: weights),
      let group = try? attributes.int("group", default: 1)
    else { return nil }
    return (window, group)
  }
}
