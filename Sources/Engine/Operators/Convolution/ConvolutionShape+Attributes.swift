import CalibrantONNXFormat

extension ConvolutionShape {
  /// The loops' numbers, by the attributes of Conv.
  init(
    _ attributes: Attributes, group: Int, _ x: Shape, _ w: Shape
  ) throws(GraphError) {
    try self.init(WindowGeometry(attributes, weights: w), group: group, x, w)
  }

  /// The loops' numbers; a 1-D convolution is a 2-D one of height 1.
  ///
  /// - Parameters:
  ///   - window: looked at where the shapes fit each other.
  ///   - x: N × C × …, or its blocked form.
  ///   - w: M × C/group × ….
  init(
    _ window: @autoclosure () throws(GraphError) -> WindowGeometry, group: Int, _ x: Shape,
    isBlocked: Bool = false, _ w: Shape
  ) throws(GraphError) {
    let x = isBlocked ? [x[0], w[1] &* group, x[2], x[3]] : x
    guard x.rank == 3 || x.rank == 4, w.rank == x.rank else {
      throw .shapeMismatch(
        reason: "X \(x) and W \(w): convolutions over one or two spatial axes are implemented")
    }
    let (taken, overflow) = w[1].multipliedReportingOverflow(by: group)
    guard group > 0, !overflow, x[1] == taken, w[0] % group == 0 else {
      throw .shapeMismatch(
        reason: "X \(x) has \(x[1]) channels, which W \(w) in \(group) groups does not take")
    }
    let window = try window()
    let resolved = try window.resolved(input: Array(x.dims.dropFirst(2)))
    let is1D = x.rank == 3
    func pair(_ values: [Int], _ fill: Int) -> (y: Int, x: Int) {
      is1D ? (fill, values[0]) : (values[0], values[1])
    }
    self.init(
      batch: x[0], inChannels: x[1], height: is1D ? 1 : x[2], width: x[x.rank - 1],
      outChannels: w[0], group: group,
      kernelHeight: pair(window.kernel, 1).y, kernelWidth: pair(window.kernel, 1).x,
      strideY: pair(window.strides, 1).y, strideX: pair(window.strides, 1).x,
      dilationY: pair(window.dilations, 1).y, dilationX: pair(window.dilations, 1).x,
      padTop: pair(resolved.padsBegin, 0).y, padLeft: pair(resolved.padsBegin, 0).x,
      outHeight: pair(resolved.output, 1).y, outWidth: pair(resolved.output, 1).x)
  }
}

extension ConvolutionWindow {
  /// - Throws: `GraphError` for attributes and shapes that the convolution itself refuses.
  package init(_ node: Node, weights: [Int], input: Shape) throws(GraphError) {
    let attributes = node.attributes
    self.init(
      try ConvolutionShape(
        attributes, group: try attributes.int("group", default: 1), input, Shape(weights)))
  }
}
