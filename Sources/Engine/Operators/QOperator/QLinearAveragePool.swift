/// The mean of codes under a sliding window, computed on the floats that they stand for.
struct QLinearAveragePool: CodeOperator {
  static let opType = "QLinearAveragePool"

  private let window: WindowGeometry
  private let countsPadding: Bool

  init(_ node: Node) throws(GraphError) {
    try Self.refuseChannelsLast(node)
    window = try WindowGeometry(pool: node)
    countsPadding = try node.attributes.flag("count_include_pad")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let codes = try inputs.codes(0, "X")
    try inputs.checkCoding(3, "Y", of: codes)
    return [TensorType(codes.dtype, try SpatialPool(window, input: codes.shape).output)]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    // Shape inference has already made this pool.
    guard let pool = try? SpatialPool(window, input: call.input(0).shape) else { return }
    let (input, output) = (Coding(call, at: 1), Coding(call, at: 3))
    let (x, y) = (call.input(0).buffer(of: Code.self), call.output.buffer(of: Code.self))
    let whole = window.kernel.reduce(1, *)
    pool.forEach { index, plane, place in
      var (total, count): (Float, Int) = (0, 0)
      pool.taps.forEachTap(at: place) { _, element in
        total += input.value(of: x[plane + element])
        count += 1
      }
      let mean = total / Float(max(1, countsPadding ? whole : count))
      y[index] = saturated(mean / output.scale + Float(output.zeroPoint), Code.self)
    }
  }
}
