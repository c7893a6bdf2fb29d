/// The mean under a sliding window, over the elements inside the input or, with `count_include_pad`, inside the
/// padded one. https://onnx.ai/onnx/operators/onnx__AveragePool.html
struct AveragePool: OperatorKernel {
  static let opType = "AveragePool"
  static let sinceVersion = 1

  private let window: WindowGeometry
  private let countsPadding: Bool

  init(_ node: Node) throws(GraphError) {
    window = try WindowGeometry(pool: node)
    countsPadding = try node.attributes.flag("count_include_pad")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    return [TensorType(.float32, try SpatialPool(window, input: type.shape).output)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    guard call.input(0).shape.rank < 5 else { return try runOverManyAxes(call) }
    let pool = try PoolGeometry(window, input: call.input(0).shape)
    let rows = (0..<pool.outHeight).map { counted(pool.rows($0), pool.rowsInPadding($0)) }
    let columns = (0..<pool.outWidth).map { counted(pool.columns($0), pool.columnsInPadding($0)) }
    columns.withUnsafeBufferPointer { columns in
      sweepWindows(
        pool, call, neutral: 0, combine: { $0 + $1 },
        finish: { line, y in
          let rows = rows[y]
          for x in columns.indices { line[x] /= rows * columns[x] }
        })
    }
  }

  /// How many taps along an axis divide; a window that sees nothing has the mean 0.
  private func counted(_ inside: Range<Int>, _ insidePadded: Int) -> Float {
    Float(max(1, countsPadding ? insidePadded : inside.count))
  }

  private func runOverManyAxes(_ call: OperatorCall) throws(GraphError) {
    let pool = try SpatialPool(window, input: call.input(0).shape)
    let (x, y) = (call.input(0).floats, call.output.floats)
    pool.forEach { output, plane, place in
      var total: Float = 0
      var count = 0
      pool.taps.forEachTap(at: place) { _, element in
        total += x[plane + element]
        count += 1
      }
      y[output] = total / Float(max(1, countsPadding ? pool.countInPadding(at: place) : count))
    }
  }
}
