import CKernels

/// https://onnx.ai/onnx/operators/onnx__Add.html
struct Add: BinaryArithmetic {
  static let opType = "Add"
  static let sinceVersion = 7
  static let traits = OperatorTraits(
    fusesActivation: true, fusesRounding: true)

  private let epilogue: Epilogue

  init(_ node: Node) { epilogue = Epilogue(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    // Epilogues are functions of floats; the nodes they came from would have refused other types.
    [try broadcastType(inputs, dtypes: epilogue == .none ? arithmeticTypes : [.float32])]
  }

  static func combine(_ a: Float, _ b: Float) -> Float { a + b }
  static func combine<T: FixedWidthInteger>(_ a: T, _ b: T) -> T { a &+ b }

  func run(_ call: OperatorCall) {
    let (a, b, output) = (call.input(0), call.input(1), call.output)
    if output.dtype == .float32, a.shape == b.shape {
      addSameShape(a.floats, b.floats, output.floats)
      return
    }
    computeArithmetic(Add.self, a, b, output)
    if epilogue != .none { epilogue.apply(to: output.floats) }
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
