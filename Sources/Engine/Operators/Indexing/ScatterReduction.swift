/// How an update meets the element it lands on.
enum ScatterReduction: String, Sendable {
  case none, add, mul, max, min

  init(_ node: Node) throws(GraphError) {
    let name = try node.attributes.string("reduction", default: "none")
    guard let reduction = ScatterReduction(rawValue: name) else {
      throw .badAttribute(name: "reduction", reason: "'\(name)' is no reduction")
    }
    self = reduction
  }

  func check(_ data: DType) throws(GraphError) {
    guard self == .none || arithmeticTypes.contains(data) else {
      throw .notImplemented(reason: "reduction '\(rawValue)' of type \(data)")
    }
  }

  /// Lets the i-th run of `length` updates meet the elements of `target` from `offsets[i]` on, in order.
  func apply(
    _ updates: TensorView, at offsets: [Int], length: Int, to target: MutableTensorView
  ) {
    guard self == .none else {
      return ScatterLoop(
        updates: updates, offsets: offsets, length: length, target: target, reduction: self)(
          target.dtype)
    }
    let size = target.dtype.byteSize
    for (i, offset) in offsets.enumerated() {
      (target.base + offset * size)
        .copyMemory(from: updates.base + i * length * size, byteCount: length * size)
    }
  }
}

private struct ScatterLoop: NumberLoop {
  let updates: TensorView
  let offsets: [Int]
  let length: Int
  let target: MutableTensorView
  let reduction: ScatterReduction

  func run<T: Number>(_: T.Type) {
    let (x, y) = (updates.elements(T.self), target.elements(T.self))
    for (i, offset) in offsets.enumerated() {
      for j in 0..<length {
        let (old, new) = (y[offset + j], x[i * length + j])
        switch reduction {
        case .add: y[offset + j] = T.sum(old, new)
        case .mul: y[offset + j] = T.product(old, new)
        case .max: y[offset + j] = new.ranksAbove(old) ? new : old
        default: y[offset + j] = new < old || new.isNoNumber ? new : old
        }
      }
    }
  }
}
