/// exp(x − max) / Σ exp(x − max) along `axis`; before opset 13 along all axes from `axis` on.
/// https://onnx.ai/onnx/operators/onnx__Softmax.html
struct Softmax: OperatorKernel {
  static let opType = "Softmax"
  static let sinceVersion = 1

  private let axis: Int
  private let flattens: Bool

  init(_ node: Node) throws(GraphError) {
    flattens = node.opset < 13
    axis = try node.attributes.int("axis", default: flattens ? 1 : -1)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.requiredFloat(0, "input")
    guard type.shape.resolve(axis: axis) != nil || (flattens && axis == type.shape.rank) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(type.shape)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let axis = axis < 0 ? axis + shape.rank : axis
    let outer = shape.count(..<axis)
    let length = flattens ? shape.count(axis...) : shape[axis]
    let inner = flattens ? 1 : shape.count((axis + 1)...)
    guard let x = call.input(0).floats.baseAddress, let y = call.output.floats.baseAddress else {
      return
    }
    let block = length * inner
    guard block > 0 else { return }
    if inner == 1 {
      normaliseRows(x, y, outer, length, call.workers)
    } else {
      let scratch = call.scratch.floats(2 * inner)
      for row in 0..<outer {
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
