/// (x − mean) / √variance over some axes, by default all but the channels. https://onnx.ai/onnx/operators/onnx__MeanVarianceNormalization.html
struct MeanVarianceNormalization: PlannedOperator {
  static let opType = "MeanVarianceNormalization"
  static let sinceVersion = 9

  private let axes: [Int]

  init(_ node: Node) throws(GraphError) { axes = try node.attributes.ints("axes") ?? [0, 2, 3] }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    _ = try resolveAll(axes, type.shape)
    return [type]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(Set(try resolveAll(axes, inputs.required(0, "X").type.shape)), run)
  }

  private func run(_ call: OperatorCall, _ reduced: Set<Int>) {
    let (x, y) = (call.input(0).floats, call.output.floats)
    let shape = call.output.shape
    let kept = Shape(shape.dims.indices.map { reduced.contains($0) ? 1 : shape[$0] })
    let strides = broadcastStrides(of: kept, to: shape)
    var means = [Float](repeating: 0, count: kept.elementCount)
    var squares = means
    let count = Float(max(1, shape.elementCount / max(1, kept.elementCount)))
    func line(_ index: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }
    shape.forEachIndex { number, index in means[line(index)] += x[number] / count }
    shape.forEachIndex { number, index in
      let difference = x[number] - means[line(index)]
      squares[line(index)] += difference * difference / count
    }
    shape.forEachIndex { number, index in
      y[number] = (x[number] - means[line(index)]) / (squares[line(index)].squareRoot() + 1e-9)
    }
  }
}
