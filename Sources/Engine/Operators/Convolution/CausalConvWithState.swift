/// A depthwise convolution over time that sees the past alone, whose last elements it takes and passes on.
/// https://onnx.ai/onnx/operators/onnx__CausalConvWithState.html
struct CausalConvWithState: OperatorKernel {
  static let opType = "CausalConvWithState"
  static let sinceVersion = 27

  private enum Gate: String {
    case none, silu, swish
  }

  private let isGated: Bool

  init(_ node: Node) throws(GraphError) {
    isGated = try node.attributes.choice("activation", default: Gate.none) != .none
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "input")
    let w = try inputs.requiredFloat(1, "weight").shape
    guard x.shape.rank == 3, w.rank == 3, w[0] == x.shape[1], w[1] == 1, w[2] > 0 else {
      throw .shapeMismatch(reason: "weight \(w) is no kernel for each channel of input \(x)")
    }
    if inputs.optional(2) != nil { try inputs.checkPerChannel(2, "bias", count: w[0]) }
    let state = TensorType(.float32, [x.shape[0], w[0], w[2] - 1])
    if let past = inputs.optional(3)?.type, past != state {
      throw .shapeMismatch(reason: "past_state \(past) is not \(state)")
    }
    return [x, state]
  }

  func run(_ call: OperatorCall) {
    let (x, w) = (call.input(0), call.input(1))
    let (length, kernel) = (x.shape[2], w.shape[2])
    let past = call.optionalInput(3)?.floats
    let padded = call.scratch.floats(length + kernel - 1)
    for row in 0..<x.shape[0] * x.shape[1] {
      let channel = row % x.shape[1]
      for i in 0..<kernel - 1 { padded[i] = past?[row * (kernel - 1) + i] ?? 0 }
      for i in 0..<length { padded[kernel - 1 + i] = x.floats[row * length + i] }
      for place in 0..<length {
        var total = call.optionalInput(2)?.floats[channel] ?? 0
        for tap in 0..<kernel { total += w.floats[channel * kernel + tap] * padded[place + tap] }
        call.output.floats[row * length + place] =
          isGated ? total / (1 + exponential(-total)) : total
      }
      for i in 0..<kernel - 1 {
        call.outputs[1].floats[row * (kernel - 1) + i] = padded[length + i]
      }
    }
  }
}
