import Foundation

/// xʸ, broadcast; the exponent may be float32, int32 or int64. https://onnx.ai/onnx/operators/onnx__Pow.html
struct Pow: OperatorKernel {
  static let opType = "Pow"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let base = try inputs.requiredFloat(0, "X")
    let exponent = try inputs.required(1, "Y").type
    guard [.float32, .int32, .int64].contains(exponent.dtype) else {
      throw .notImplemented(reason: "Y of type \(exponent.dtype)")
    }
    guard let shape = base.shape.broadcast(with: exponent.shape) else {
      throw .shapeMismatch(reason: "shapes \(base.shape) and \(exponent.shape) do not broadcast")
    }
    return [TensorType(.float32, shape)]
  }

  func run(_ call: OperatorCall) {
    let exponent = call.input(1)
    let exponents = call.scratch.floats(exponent.count)
    let buffer = UnsafeMutableBufferPointer(start: exponents, count: exponent.count)
    switch exponent.dtype {
    case .float32: mapElements(exponent.floats, buffer) { $0 }
    case .int32: mapElements(exponent.buffer(of: Int32.self), buffer) { Float($0) }
    default: mapElements(exponent.buffer(of: Int64.self), buffer) { Float($0) }
    }
    let converted = TensorView(type: TensorType(.float32, exponent.shape), base: exponents)
    mapBroadcast(call.input(0), converted, call.output, of: Float.self, Float.self) { x, y in
      // Squares are exact this way and by far the commonest.
      y == 2 ? x * x : pow(x, y)
    }
  }
}
