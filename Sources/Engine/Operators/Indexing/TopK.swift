/// The K largest or smallest elements along an axis and their indices; NaN is above all
/// others, and of equal ones the first come first.
/// https://onnx.ai/onnx/operators/onnx__TopK.html
struct TopK: PlannedOperator {
  static let opType = "TopK"
  static let sinceVersion = 1

  private let axis: Int
  private let fixedCount: Int?
  private let isLargest: Bool

  init(_ node: Node) throws(GraphError) {
    axis = try node.attributes.int("axis", default: -1)
    fixedCount = node.opset < 10 ? try node.attributes.int("k", default: -1) : nil
    isLargest = try node.attributes.flag("largest", default: true)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    guard arithmeticTypes.contains(type.dtype) else {
      throw .notImplemented(reason: "X of type \(type.dtype)")
    }
    let axis = try type.shape.required(axis: axis)
    let read = fixedCount == nil ? try inputs.knownIntegers(1, "K")?.first : fixedCount
    guard let count = read, (0...type.shape[axis]).contains(count) else {
      throw .wrongInput(
        name: "K", reason: "is no number of elements of axis \(axis) of \(type.shape)")
    }
    var shape = type.shape
    shape[axis] = count
    return [TensorType(type.dtype, shape), TensorType(.int64, shape)]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    PlannedRun(try inputs.required(0, "X").type.shape.required(axis: axis)) { [isLargest] in
      TopKLoop(call: $0, axis: $1, isLargest: isLargest)($0.output.dtype)
    }
  }
}

private struct TopKLoop: NumberLoop {
  let call: OperatorCall
  let axis: Int
  let isLargest: Bool

  func run<T: Number>(_: T.Type) {
    let x = call.input(0).elements(T.self)
    let (values, indices) = (call.output.elements(T.self), call.outputs[1].buffer(of: Int64.self))
    let loop = AxisLoop(call.input(0).shape, axis: axis)
    let count = call.output.shape[axis]
    loop.forEachLine { line, start in
      let order = (0..<loop.length).sorted {
        let (a, b) = (x[start + $0 * loop.inner], x[start + $1 * loop.inner])
        if isLargest ? a.ranksAbove(b) : b.ranksAbove(a) { return true }
        return !(isLargest ? b.ranksAbove(a) : a.ranksAbove(b)) && $0 < $1
      }
      let first = line / loop.inner * count * loop.inner + line % loop.inner
      for (place, index) in order.prefix(count).enumerated() {
        values[first + place * loop.inner] = x[start + index * loop.inner]
        indices[first + place * loop.inner] = Int64(index)
      }
    }
  }
}
