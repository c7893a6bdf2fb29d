/// The mean under a sliding window, over the elements inside the input or, with `count_include_pad`, inside the
/// padded one. https://onnx.ai/onnx/operators/onnx__AveragePool.html
struct AveragePool: OperatorKernel {
  static let opType = "AveragePool"
  static let sinceVersion = 1

  private let window: WindowGeometry
  private let countsPadding: Bool

  init(_ node: Node) throws(GraphError) {
    guard let kernel = try node.attributes.ints("kernel_shape") else {
      throw .badAttribute(name: "kernel_shape", reason: "is missing")
    }
    window = try WindowGeometry(node.attributes, kernel: kernel)
    countsPadding = try node.attributes.flag("count_include_pad")
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "X")
    return [TensorType(.float32, try PoolGeometry(window, input: type.shape).output)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let pool = try PoolGeometry(window, input: call.input(0).shape)
    guard let input = call.input(0).floats.baseAddress, let output = call.output.floats.baseAddress
    else { return }
    let row = call.scratch.floats(pool.width)
    for plane in 0..<pool.planes {
      let source = input + plane * pool.height * pool.width
      for y in 0..<pool.outHeight {
        sumOfRows(pool, source, y: y, into: row)
        let rows = counted(
          y, pool.rows(y).count, pool.kernel.y, pool.stride.y, pool.dilation.y, pool.padBegin.y,
          pool.height + pool.padEnd.y)
        for x in 0..<pool.outWidth {
          let taps = pool.columns(x)
          let start = x * pool.stride.x - pool.padBegin.x
          var sum: Float = 0
          for tap in taps { sum += row[start + tap * pool.dilation.x] }
          let columns = counted(
            x, taps.count, pool.kernel.x, pool.stride.x, pool.dilation.x, pool.padBegin.x,
            pool.width + pool.padEnd.x)
          output[(plane * pool.outHeight + y) * pool.outWidth + x] = sum / Float(rows * columns)
        }
      }
    }
  }

  /// Taps that divide: those inside the input, or those inside input and padding (a ceil-mode window may reach
  /// beyond both).
  private func counted(
    _ position: Int, _ inside: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pad: Int,
    _ paddedEnd: Int
  ) -> Int {
    guard countsPadding else { return inside }
    let start = position * stride - pad
    return (0..<kernel).count { start + $0 * dilation < paddedEnd }
  }

  private func sumOfRows(
    _ pool: PoolGeometry, _ source: UnsafePointer<Float>, y: Int,
    into row: UnsafeMutablePointer<Float>
  ) {
    row.update(repeating: 0, count: pool.width)
    let start = y * pool.stride.y - pool.padBegin.y
    for tap in pool.rows(y) {
      let line = source + (start + tap * pool.dilation.y) * pool.width
      for x in 0..<pool.width { row[x] += line[x] }
    }
  }
}
