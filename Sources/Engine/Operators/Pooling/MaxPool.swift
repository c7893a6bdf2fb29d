/// The largest element under a sliding window, which NaN is, and where it is; padding never counts. https://onnx.ai/onnx/operators/onnx__MaxPool.html
struct MaxPool: PlannedOperator {
  static let opType = "MaxPool"
  static let sinceVersion = 1
  static let traits = OperatorTraits(movesValues: true, isPositivelyHomogeneous: true)

  private let window: WindowGeometry
  private let hasIndices: Bool
  /// Whether indices count along columns first.
  private let isColumnMajor: Bool

  init(_ node: Node) throws(GraphError) {
    window = try WindowGeometry(pool: node)
    hasIndices = node.outputs.count > 1
    isColumnMajor = try node.attributes.flag("storage_order")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard [.float32, .int8, .uint8].contains(type.dtype) else {
      throw .notImplemented(reason: "X of type \(type.dtype)")
    }
    let shape = try SpatialPool(window, input: type.shape).output
    return [TensorType(type.dtype, shape)] + (hasIndices ? [TensorType(.int64, shape)] : [])
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let x = try inputs.required(0, "X").type
    if x.dtype == .float32, x.shape.rank < 5, !hasIndices {
      return LargestOfWindows(pool: try PoolGeometry(window, input: x.shape))
    }
    return LargestByPlace(
      pool: try SpatialPool(window, input: x.shape), hasIndices: hasIndices,
      isColumnMajor: isColumnMajor)
  }
}

private struct LargestOfWindows: PreparedKernel {
  let pool: PoolGeometry

  func run(_ call: OperatorCall) {
    sweepWindows(
      pool, call, neutral: -.infinity, combine: { $1.ranksAbove($0) ? $1 : $0 },
      finish: { _, _ in })
  }
}

private struct LargestByPlace: PreparedKernel {
  let pool: SpatialPool
  let hasIndices: Bool
  let isColumnMajor: Bool

  func run(_ call: OperatorCall) {
    MaxPoolLoop(call: call, pool: pool, hasIndices: hasIndices, isColumnMajor: isColumnMajor)(
      call.input(0).dtype)
  }
}

private struct MaxPoolLoop: NumberLoop {
  let call: OperatorCall
  let pool: SpatialPool
  let hasIndices: Bool
  let isColumnMajor: Bool

  func run<T: Number>(_: T.Type) {
    let (x, y) = (call.input(0).elements(T.self), call.output.elements(T.self))
    pool.forEach { output, plane, place in
      var best = T.lowest
      var element = -1
      pool.taps.forEachTap(at: place) { _, candidate in
        if element < 0 || x[plane + candidate].ranksAbove(best) {
          (best, element) = (x[plane + candidate], candidate)
        }
      }
      y[output] = best
      if hasIndices {
        call.outputs[1].buffer(of: Int64.self)[output] = Int64(plane + index(of: max(element, 0)))
      }
    }
  }

  private func index(of element: Int) -> Int {
    guard isColumnMajor else { return element }
    let shape = Shape(pool.taps.input)
    var (rest, index) = (element, 0)
    for (axis, stride) in shape.strides.enumerated() {
      index += rest / stride * shape.count(..<axis)
      rest %= stride
    }
    return index
  }
}
