/// The largest element under a sliding window; padding never counts.
/// https://onnx.ai/onnx/operators/onnx__MaxPool.html
struct MaxPool: OperatorKernel {
  static let opType = "MaxPool"
  static let sinceVersion = 1

  private let window: WindowGeometry

  init(_ node: Node) throws(GraphError) {
    guard let kernel = try node.attributes.ints("kernel_shape") else {
      throw .badAttribute(name: "kernel_shape", reason: "is missing")
    }
    guard node.outputs.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .badAttribute(name: "outputs", reason: "beyond the first (indices) are not implemented")
    }
    window = try WindowGeometry(node.attributes, kernel: kernel)
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
    let columns = (0..<pool.outWidth).map { x in
      let taps = pool.columns(x)
      let start = x * pool.stride.x - pool.padBegin.x
      return (first: start + taps.lowerBound * pool.dilation.x, count: taps.count)
    }
    for plane in 0..<pool.planes {
      let source = input + plane * pool.height * pool.width
      for y in 0..<pool.outHeight {
        Self.largestOfRows(pool, source, y: y, into: row)
        let target = output + (plane * pool.outHeight + y) * pool.outWidth
        Self.largestOfColumns(row, columns, dilation: pool.dilation.x, into: target)
      }
    }
  }

  /// The window's rows are merged first, with unit stride; its columns then read a single row.
  private static func largestOfRows(
    _ pool: PoolGeometry, _ source: UnsafePointer<Float>, y: Int,
    into row: UnsafeMutablePointer<Float>
  ) {
    let taps = pool.rows(y)
    let start = y * pool.stride.y - pool.padBegin.y
    guard let first = taps.first else {
      row.update(repeating: -.infinity, count: pool.width)
      return
    }
    row.update(from: source + (start + first * pool.dilation.y) * pool.width, count: pool.width)
    for tap in taps.dropFirst() {
      let line = source + (start + tap * pool.dilation.y) * pool.width
      for x in 0..<pool.width { row[x] = line[x] > row[x] ? line[x] : row[x] }
    }
  }

  private static func largestOfColumns(
    _ row: UnsafePointer<Float>, _ columns: [(first: Int, count: Int)], dilation: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    for (x, column) in columns.enumerated() {
      var largest = -Float.infinity
      for tap in 0..<column.count {
        let value = row[column.first + tap * dilation]
        largest = value > largest ? value : largest
      }
      target[x] = largest
    }
  }
}
