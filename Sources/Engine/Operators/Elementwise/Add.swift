import CKernels

/// https://onnx.ai/onnx/operators/onnx__Add.html
struct Add: BinaryArithmetic, ActivationFusing {
  static let opType = "Add"
  static let sinceVersion = 7

  private let epilogue: Epilogue

  init(_ node: Node) { epilogue = Epilogue(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    // Epilogues are functions of floats; the nodes they came from would have refused other types.
    [try broadcastType(inputs, dtypes: epilogue == .none ? arithmeticTypes : [.float32])]
  }

  func run(_ call: OperatorCall) {
    guard call.output.dtype == .float32 else {
      computeArithmetic(call, float: { $0 + $1 }, int32: { $0 &+ $1 }, int64: { $0 &+ $1 })
      return
    }
    let (a, b) = (call.input(0), call.input(1))
    if a.shape == b.shape {
      addSameShape(a.floats, b.floats, call.output.floats)
    } else {
      mapBroadcast(a, b, call.output, of: Float.self, Float.self) { $0 + $1 }
      if epilogue != .none { epilogue.apply(to: call.output.floats) }
    }
  }

  private func addSameShape(
    _ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>,
    _ sum: UnsafeMutableBufferPointer<Float>
  ) {
    guard let a = a.baseAddress, let output = sum.baseAddress, sum.count > 0 else { return }
    var loops = epilogue.loops(adding: b.baseAddress)
    BlockLoops.best.table.pointee.finish(a, Int64(sum.count), output, &loops)
  }
}
