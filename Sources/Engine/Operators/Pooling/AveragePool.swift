/// The mean under a sliding window, over the elements inside the input or, with `count_include_pad`, inside the
/// padded one. https://onnx.ai/onnx/operators/onnx__AveragePool.html
struct AveragePool: PlannedOperator {
  static let opType = "AveragePool"
  static let sinceVersion = 1
  static let traits = OperatorTraits(isPositivelyHomogeneous: true)

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

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let x = try inputs.required(0, "X").type.shape
    guard x.rank < 5 else {
      return MeanOverManyAxes(
        pool: try SpatialPool(window, input: x), countsPadding: countsPadding)
    }
    return MeanOfWindows(try PoolGeometry(window, input: x), countsPadding: countsPadding)
  }
}

private struct MeanOfWindows: PreparedKernel {
  let pool: PoolGeometry
  /// How many taps of each row and column of the window divide.
  let rows: [Float]
  let columns: [Float]

  init(_ pool: PoolGeometry, countsPadding: Bool) {
    self.pool = pool
    // A window that sees nothing has the mean 0.
    func counted(_ inside: Range<Int>, _ insidePadded: Int) -> Float {
      Float(max(1, countsPadding ? insidePadded : inside.count))
    }
    rows = (0..<pool.outHeight).map { counted(pool.rows($0), pool.rowsInPadding($0)) }
    columns = (0..<pool.outWidth).map { counted(pool.columns($0), pool.columnsInPadding($0)) }
  }

  func run(_ call: OperatorCall) {
    columns.withUnsafeBufferPointer { columns in
      sweepWindows(
        pool, call, neutral: 0, combine: { $0 + $1 },
        finish: { line, y in
          let rows = rows[y]
          for x in columns.indices { line[x] /= rows * columns[x] }
        })
    }
  }
}

private struct MeanOverManyAxes: PreparedKernel {
  let pool: SpatialPool
  let countsPadding: Bool

  func run(_ call: OperatorCall) {
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
