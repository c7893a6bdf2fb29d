/// x where it is not negative, slope·x elsewhere; the slope broadcasts to x, before opset 7 along the channels.
/// https://onnx.ai/onnx/operators/onnx__PRelu.html
struct PRelu: OperatorKernel {
  static let opType = "PRelu"
  static let sinceVersion = 1

  private let alignsWithChannels: Bool

  init(_ node: Node) { alignsWithChannels = node.opset < 7 }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.required(0, "X").type
    let slope = try inputs.required(1, "slope").type
    guard arithmeticTypes.contains(x.dtype), x.dtype == slope.dtype else {
      throw .notImplemented(reason: "X of type \(x.dtype) with a slope of type \(slope.dtype)")
    }
    guard x.shape.broadcast(with: aligned(slope.shape, with: x.shape)) == x.shape else {
      throw .shapeMismatch(reason: "slope \(slope.shape) does not broadcast to X \(x.shape)")
    }
    return [x]
  }

  private func aligned(_ slope: Shape, with x: Shape) -> Shape {
    guard alignsWithChannels, slope.rank == 1, x.rank > 2 else { return slope }
    return Shape(slope.dims + [Int](repeating: 1, count: x.rank - 2))
  }

  func run(_ call: OperatorCall) {
    let (x, given) = (call.input(0), call.input(1))
    let shape = aligned(given.shape, with: x.shape)
    let slope = TensorView(type: TensorType(given.dtype, shape), base: given.base)
    computeArithmetic(NegativeSlope.self, x, slope, call.output)
  }
}

private enum NegativeSlope: ElementFunction {
  static func combine(_ x: Float, _ slope: Float) -> Float { x < 0 ? slope * x : x }
  static func combine<T: FixedWidthInteger>(_ x: T, _ slope: T) -> T { x < 0 ? slope &* x : x }
}
