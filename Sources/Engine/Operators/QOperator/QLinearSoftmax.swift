import Foundation

/// Softmax of codes: e to the power of each code's distance from the largest is looked up.
struct QLinearSoftmax: CodeOperator {
  static let opType = "QLinearSoftmax"

  private let axis: SoftmaxAxis

  init(_ node: Node) throws(GraphError) {
    guard let opset = try node.attributes.int("opset") else {
      throw .badAttribute(name: "opset", reason: "is missing")
    }
    axis = try SoftmaxAxis(node, opset: opset)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let codes = try inputs.codes(0, "X")
    try inputs.checkCoding(3, "Y", of: codes)
    try axis.check(codes.shape)
    return [codes]
  }

  func run<Code: FixedWidthInteger & TensorElement>(_ call: OperatorCall, _: Code.Type) {
    let output = Coding(call, at: 3)
    let (x, y) = (call.input(0).buffer(of: Code.self), call.output.buffer(of: Code.self))
    let loop = axis.loop(over: call.output.shape)
    guard !y.isEmpty else { return }
    let powers = Self.powers(scale: call.input(1).floats[0], length: loop.length)
    // Whole steps of the output in 1.
    let steps = (1 / output.scale).rounded(.down)
    loop.forEachLine { _, start in
      let places = stride(from: start, to: start + loop.length * loop.inner, by: loop.inner)
      let largest = places.reduce(Code.min) { max($0, x[$1]) }
      func power(_ place: Int) -> Float { powers[255 - (Int(largest) - Int(x[place]))] }
      let total = places.reduce(Float(0)) { $0 + power($1) }
      for place in places {
        let share = (power(place) * steps / total).rounded(.toNearestOrEven)
        y[place] = saturated(share + Float(output.zeroPoint), Code.self)
      }
    }
  }

  /// e to the power of 255 steps below the largest code, 254, … 0, times a factor that keeps sums of so many finite.
  private static func powers(scale: Float, length: Int) -> [Float] {
    let room = Double(log(Float.greatestFiniteMagnitude / Float(length))) - 5
    let shift = max(0, room) / Double(scale)
    return (0..<256).map { Float(exp((Double($0 - 255) + shift) * Double(scale))) }
  }
}
