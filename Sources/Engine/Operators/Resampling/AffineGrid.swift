/// The grid that GridSample reads, as an affine map of evenly spread coordinates. https://onnx.ai/onnx/operators/onnx__AffineGrid.html
struct AffineGrid: OperatorKernel {
  static let opType = "AffineGrid"
  static let sinceVersion = 20

  private let alignsCorners: Bool

  init(_ node: Node) throws(GraphError) {
    alignsCorners = try node.attributes.flag("align_corners")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let theta = try inputs.requiredFloat(0, "theta").shape
    guard let size = try inputs.knownIntegers(1, "size"), size.count == 4 || size.count == 5,
      theta.dims == [size[0], size.count - 2, size.count - 1]
    else { throw .shapeMismatch(reason: "theta \(theta) and size do not belong together") }
    return [TensorType(.float32, Shape([size[0]] + size.dropFirst(2) + [size.count - 2]))]
  }

  func run(_ call: OperatorCall) {
    let (theta, grid) = (call.input(0).floats, call.output)
    let axes = grid.shape[grid.shape.rank - 1]
    let spatial = Shape(Array(grid.shape.dims.dropFirst().dropLast()))
    let places = spatial.elementCount
    spatial.forEachIndex { number, index in
      // Innermost axis first, then the constant 1.
      let point = index.indices.reversed().map { coordinate(index[$0], of: spatial[$0]) } + [1]
      for n in 0..<grid.shape[0] {
        for row in 0..<axes {
          let first = (n * axes + row) * (axes + 1)
          grid.floats[(n * places + number) * axes + row] = point.indices.reduce(0) {
            $0 + theta[first + $1] * point[$1]
          }
        }
      }
    }
  }

  private func coordinate(_ index: Int, of size: Int) -> Float {
    alignsCorners
      ? (size > 1 ? 2 * Float(index) / Float(size - 1) - 1 : 0)
      : (2 * Float(index) + 1) / Float(size) - 1
  }
}
