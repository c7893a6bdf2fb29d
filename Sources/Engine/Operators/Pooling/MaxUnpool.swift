/// Elements put back where MaxPool found them, 0 elsewhere. https://onnx.ai/onnx/operators/onnx__MaxUnpool.html
struct MaxUnpool: OperatorKernel {
  static let opType = "MaxUnpool"
  static let sinceVersion = 9

  private let window: WindowGeometry

  init(_ node: Node) throws(GraphError) { window = try WindowGeometry(pool: node) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let indices = try inputs.required(1, "I").type
    guard indices == TensorType(.int64, x), x.rank == window.kernel.count + 2 else {
      throw .shapeMismatch(reason: "indices \(indices) do not match X \(x)")
    }
    let inferred = pooledShape(x)
    guard let wanted = try inputs.knownIntegers(2, "output_shape") else {
      return [TensorType(.float32, inferred)]
    }
    guard wanted.count == x.rank, zip(wanted, inferred.dims).allSatisfy({ $0 >= $1 }),
      inferred.dims.allSatisfy({ $0 >= 0 })
    else { throw .shapeMismatch(reason: "output_shape \(wanted) is smaller than \(inferred)") }
    return [TensorType(.float32, Shape(wanted))]
  }

  /// What the pool read, as far as its window tells.
  private func pooledShape(_ x: Shape) -> Shape {
    Shape(
      Array(x.dims.prefix(2))
        + window.kernel.indices.map { axis in
          (x[axis + 2] - 1) * window.strides[axis] + window.kernel[axis] - window.padsBegin[axis]
            - window.padsEnd[axis]
        })
  }

  /// Indices are those of the pool's input, which lies in the output's first corner.
  func run(_ call: OperatorCall) throws(GraphError) {
    let (x, indices, output) = (call.input(0), call.input(1).buffer(of: Int64.self), call.output)
    let inner = pooledShape(x.shape)
    let (from, to) = (inner.strides, output.shape.strides)
    output.floats.update(repeating: 0)
    for (number, index) in indices.enumerated() {
      guard (0..<inner.elementCount).contains(Int(index)) else {
        throw .wrongInput(name: "I", reason: "hold \(index), the output has \(inner.elementCount)")
      }
      let place = from.indices.reduce(0) { sum, axis in
        sum + Int(index) / from[axis] % inner[axis] * to[axis]
      }
      output.floats[place] = x.floats[number]
    }
  }
}
