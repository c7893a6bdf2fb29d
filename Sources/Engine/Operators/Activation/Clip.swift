/// min(max(x, low), high), NaN for NaN; bounds as attributes before opset 11, as inputs since.
/// https://onnx.ai/onnx/operators/onnx__Clip.html
struct Clip: OperatorKernel {
  static let opType = "Clip"
  static let sinceVersion = 6
  static let traits = OperatorTraits(isElementwise: true)

  private let bounds: (low: Float, high: Float)
  private let readsInputs: Bool

  init(_ node: Node) throws(GraphError) {
    readsInputs = node.opset >= 11
    bounds = (
      try node.attributes.float("min", default: -.greatestFiniteMagnitude),
      try node.attributes.float("max", default: .greatestFiniteMagnitude)
    )
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    let dtypes: [DType] = readsInputs ? [.float32, .int64, .int32, .int8, .uint8] : [.float32]
    guard dtypes.contains(type.dtype) else {
      throw .notImplemented(reason: "input of type \(type.dtype)")
    }
    for (index, name) in [(1, "min"), (2, "max")] where readsInputs {
      guard let bound = inputs.optional(index)?.type else { continue }
      guard bound.dtype == type.dtype, bound.shape.elementCount == 1 else {
        throw .wrongInput(name: name, reason: "\(bound) is no scalar of type \(type.dtype)")
      }
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    switch call.output.dtype {
    case .int64: clip(call, low: Int64.min, high: .max)
    case .int32: clip(call, low: Int32.min, high: .max)
    case .int8: clip(call, low: Int8.min, high: .max)
    case .uint8: clip(call, low: UInt8.min, high: .max)
    default: clipFloats(call)
    }
  }

  private func clipFloats(_ call: OperatorCall) {
    let low = readsInputs ? call.optionalInput(1)?.floats[0] : nil
    let high = readsInputs ? call.optionalInput(2)?.floats[0] : nil
    Epilogue(activation: .clip(low ?? bounds.low, high ?? bounds.high)).apply(
      call.input(0).floats, into: call.output.floats)
  }

  /// Bounds given as inputs replace `low` and `high`.
  @inline(__always)
  private func clip<T: Comparable & TensorElement>(_ call: OperatorCall, low: T, high: T) {
    let low = readsInputs ? call.optionalInput(1)?.buffer(of: T.self)[0] ?? low : low
    let high = readsInputs ? call.optionalInput(2)?.buffer(of: T.self)[0] ?? high : high
    mapElements(call.input(0).buffer(of: T.self), call.output.buffer(of: T.self)) { x in
      let raised = x > low ? x : low
      return raised < high ? raised : high
    }
  }
}
