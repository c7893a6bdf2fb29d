/// The mean of codes over all spatial axes, from their exact sum.
struct QLinearGlobalAveragePool: CodeOperator {
  static let opType = "QLinearGlobalAveragePool"

  init(_ node: Node) throws(GraphError) { try Self.refuseChannelsLast(node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let codes = try inputs.codes(0, "X")
    guard codes.shape.rank >= 3 else {
      throw .shapeMismatch(reason: "X \(codes.shape) has no spatial axes")
    }
    try inputs.checkCoding(3, "Y", of: codes)
    let ones = codes.shape.dims.dropFirst(2).map { _ in 1 }
    return [TensorType(codes.dtype, Shape(Array(codes.shape.dims.prefix(2)) + ones))]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    let (input, output) = (Coding(call, at: 1), Coding(call, at: 3))
    let (x, y) = (call.input(0).buffer(of: Code.self), call.output.buffer(of: Code.self))
    let plane = call.input(0).shape.count(2...)
    let ratio = input.scale / (output.scale * Float(plane))
    for index in y.indices {
      let codes = x[index * plane..<(index + 1) * plane]
      let sum = codes.reduce(0) { $0 &+ Int($1) } - input.zeroPoint * plane
      let steps = (Float(sum) * ratio).rounded(.toNearestOrEven)
      y[index] = saturated(steps + Float(output.zeroPoint), Code.self)
    }
  }
}
