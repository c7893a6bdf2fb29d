/// A tensor sampled where a grid of coordinates between −1 and 1 says, the innermost axis first in each tuple.
/// https://onnx.ai/onnx/operators/onnx__GridSample.html
struct GridSample: OperatorKernel {
  static let opType = "GridSample"
  static let sinceVersion = 16

  private enum Mode: String {
    case linear, nearest, cubic
    case bilinear, bicubic
  }

  private let kernel: InterpolationKernel
  private let border: GridBorder

  init(_ node: Node) throws(GraphError) {
    kernel =
      switch try node.attributes.choice("mode", default: Mode.linear) {
      case .nearest: .nearest(.roundPreferFloor)
      case .linear, .bilinear: .linear
      case .cubic, .bicubic: .cubic(-0.75)
      }
    border = GridBorder(
      padding: try node.attributes.choice("padding_mode", default: .zeros),
      alignsCorners: try node.attributes.flag("align_corners"))
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let grid = try inputs.requiredFloat(1, "grid").shape
    guard x.rank >= 3, grid.rank == x.rank, grid[0] == x[0], grid[x.rank - 1] == x.rank - 2 else {
      throw .shapeMismatch(reason: "grid \(grid) names no places in X \(x)")
    }
    return [TensorType(.float32, Shape([x[0], x[1]] + grid.dims[1..<(x.rank - 1)]))]
  }

  func run(_ call: OperatorCall) {
    let (x, grid, output) = (call.input(0), call.input(1), call.output)
    let spatial = Shape(Array(x.shape.dims.dropFirst(2)))
    let (channels, axes) = (x.shape[1], spatial.rank)
    let points = output.shape.count(2...)
    let plane = spatial.elementCount
    for n in 0..<x.shape[0] {
      for point in 0..<points {
        let place = (n * points + point) * axes
        let taps = (0..<axes).map { axis in
          // The grid's tuples name the innermost axis first.
          border.taps(Double(grid.floats[place + axes - 1 - axis]), size: spatial[axis], kernel)
        }
        for channel in 0..<channels {
          let row = n * channels + channel
          output.floats[row * points + point] = Self.mixture(
            x.floats, from: row * plane, spatial, taps, axis: 0)
        }
      }
    }
  }

  /// The weighted sum over the taps of all axes from `axis` on.
  private static func mixture(
    _ x: UnsafeBufferPointer<Float>, from start: Int, _ shape: Shape,
    _ taps: [[(index: Int, weight: Float)]], axis: Int
  ) -> Float {
    guard axis < taps.count else { return x[start] }
    let stride = shape.count((axis + 1)...)
    return taps[axis].reduce(0) { total, tap in
      total + tap.weight
        * mixture(x, from: start + tap.index * stride, shape, taps, axis: axis + 1)
    }
  }
}
