/// Cropped or padded with 0 around the centre to a size; an odd rest goes to the end.
/// https://onnx.ai/onnx/operators/onnx__CenterCropPad.html
struct CenterCropPad: OperatorKernel {
  static let opType = "CenterCropPad"
  static let sinceVersion = 18

  private let axes: [Int]?

  init(_ node: Node) throws(GraphError) { axes = try node.attributes.ints("axes") }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input_data").type
    guard let sizes = try inputs.knownIntegers(1, "shape") else {
      throw .wrongInput(name: "shape", reason: "is missing")
    }
    let axes = try resolveAll(axes ?? Array(type.shape.dims.indices), type.shape)
    guard sizes.count == axes.count, sizes.allSatisfy({ $0 >= 0 }) else {
      throw .shapeMismatch(reason: "shape \(sizes) does not fit axes \(axes) of \(type.shape)")
    }
    var shape = type.shape
    for (axis, size) in zip(axes, sizes) { shape[axis] = size }
    return [TensorType(type.dtype, shape)]
  }

  func run(_ call: OperatorCall) {
    let (input, output) = (call.input(0), call.output)
    let size = input.dtype.byteSize
    output.bytes.initializeMemory(as: UInt8.self, repeating: 0)
    let kept = Shape(zip(input.shape.dims, output.shape.dims).map { min($0, $1) })
    let source = zip(input.shape.dims, output.shape.dims).map { max($0 - $1, 0) / 2 }
    let target = zip(input.shape.dims, output.shape.dims).map { max($1 - $0, 0) / 2 }
    let (from, to) = (input.shape.strides, output.shape.strides)
    kept.forEachIndex { _, index in
      var (a, b) = (0, 0)
      for axis in index.indices {
        a += (index[axis] + source[axis]) * from[axis]
        b += (index[axis] + target[axis]) * to[axis]
      }
      (output.base + b * size).copyMemory(from: input.base + a * size, byteCount: size)
    }
  }
}
