/// exp(x − max) / Σ exp(x − max) along `axis`; before opset 13 along all axes from `axis` on.
/// https://onnx.ai/onnx/operators/onnx__Softmax.html
struct Softmax: OperatorKernel {
  static let opType = "Softmax"
  static let sinceVersion = 1

  private let axis: SoftmaxAxis

  init(_ node: Node) throws(GraphError) { axis = try SoftmaxAxis(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    try axis.outputTypes(inputs)
  }

  func run(_ call: OperatorCall) {
    let loop = axis.loop(over: call.output.shape)
    let (length, inner) = (loop.length, loop.inner)
    guard let (x, y) = call.floats else { return }
    let block = length * inner
    guard block > 0 else { return }
    if inner == 1 {
      normaliseRows(x, y, loop.outer, length, call.workers)
    } else {
      let scratch = call.scratch.floats(2 * inner)
      for row in 0..<loop.outer {
        normalise(x + row * block, y + row * block, count: length, inner: inner, scratch)
      }
    }
  }

  private func normaliseRows(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ length: Int,
    _ workers: Workers
  ) {
    guard let softmax = BlockLoops.best.table.pointee.softmax else { return }
    let piece = max(1, 4096 / length)
    workers.forEach((rows + piece - 1) / piece) { index in
      for row in index * piece..<min((index + 1) * piece, rows) {
        softmax(x + row * length, Int64(length), y + row * length)
      }
    }
  }

  /// `inner` columns side by side, so that loops over them have unit stride.
  private func normalise(
    _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, count: Int, inner: Int,
    _ scratch: UnsafeMutablePointer<Float>
  ) {
    let (largest, total) = (scratch, scratch + inner)
    largest.update(from: x, count: inner)
    total.update(repeating: 0, count: inner)
    for row in 1..<max(count, 1) {
      let x = x + row * inner
      for i in 0..<inner { largest[i] = x[i] > largest[i] ? x[i] : largest[i] }
    }
    for row in 0..<count {
      let (x, y) = (x + row * inner, y + row * inner)
      for i in 0..<inner {
        y[i] = exponential(x[i] - largest[i])
        total[i] += y[i]
      }
    }
    for row in 0..<count {
      let y = y + row * inner
      for i in 0..<inner { y[i] /= total[i] }
    }
  }
}
