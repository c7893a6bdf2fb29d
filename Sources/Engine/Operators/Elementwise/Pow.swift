import Foundation

/// xʸ, broadcast, in the base's type; the exponent may have another. https://onnx.ai/onnx/operators/onnx__Pow.html
struct Pow: OperatorKernel {
  static let opType = "Pow"
  static let sinceVersion = 7

  init(_ node: Node) {}

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let base = try inputs.required(0, "X").type
    let exponent = try inputs.required(1, "Y").type
    guard [.float32, .int32, .int64].contains(base.dtype) else {
      throw .notImplemented(reason: "X of type \(base.dtype)")
    }
    guard arithmeticTypes.contains(exponent.dtype) else {
      throw .notImplemented(reason: "Y of type \(exponent.dtype)")
    }
    guard let shape = base.shape.broadcast(with: exponent.shape) else {
      throw .shapeMismatch(reason: "shapes \(base.shape) and \(exponent.shape) do not broadcast")
    }
    return [TensorType(base.dtype, shape)]
  }

  func run(_ call: OperatorCall) {
    let (base, exponent, output) = (call.input(0), call.input(1), call.output)
    if output.dtype == .float32 {
      raise(base, exponent, into: output, call.scratch)
    } else {
      raiseIntegers(base, exponent, into: output)
    }
  }

  private func raise(
    _ base: TensorView, _ exponent: TensorView, into output: MutableTensorView, _ scratch: Scratch
  ) {
    var exponents = exponent
    if exponent.dtype != .float32 {
      let converted = MutableTensorView(
        type: TensorType(.float32, exponent.shape),
        base: UnsafeMutableRawPointer(scratch.floats(exponent.count)))
      Conversion(target: .float32).run(exponent, converted)
      exponents = TensorView(type: converted.type, base: UnsafeRawPointer(converted.base))
    }
    mapBroadcast(base, exponents, output, of: Float.self, Float.self) { x, y in
      // Squares are exact this way and by far the commonest.
      y == 2 ? x * x : pow(x, y)
    }
  }

  /// Integer powers by way of double; they lose their fraction.
  private func raiseIntegers(
    _ base: TensorView, _ exponent: TensorView, into output: MutableTensorView
  ) {
    func doubles(_ view: TensorView) -> Tensor {
      let values = view.copied().integers?.map(Double.init) ?? view.floats.map(Double.init)
      return Tensor(values, shape: view.shape)
    }
    let (x, y) = (doubles(base), doubles(exponent))
    var result = [Double](repeating: 0, count: output.count)
    result.withUnsafeMutableBytes { bytes in
      guard let target = bytes.baseAddress else { return }
      let view = MutableTensorView(type: TensorType(.float64, output.shape), base: target)
      withExtendedLifetime((x, y)) {
        mapBroadcast(
          TensorView(x), TensorView(y), view, of: Double.self, Double.self, pow)
      }
    }
    for (i, value) in result.enumerated() {
      let whole = Int64(exactly: value.rounded(.towardZero)) ?? 0
      if output.dtype == .int64 {
        output.buffer(of: Int64.self)[i] = whole
      } else {
        output.buffer(of: Int32.self)[i] = Int32(truncatingIfNeeded: whole)
      }
    }
  }
}
