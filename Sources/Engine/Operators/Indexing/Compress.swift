/// The slices along an axis, or the elements, whose condition holds. https://onnx.ai/onnx/operators/onnx__Compress.html
struct Compress: DataDependentOperator {
  static let opType = "Compress"
  static let sinceVersion = 9

  private let axis: Int?

  init(_ node: Node) throws(GraphError) { axis = try node.attributes.int("axis") }

  func results(_ inputs: [Tensor?], _ scratch: Scratch) throws(GraphError) -> [Tensor] {
    guard inputs.count == 2, let data = inputs[0], let condition = inputs[1],
      condition.dtype == .bool
    else { throw .wrongInput(name: "condition", reason: "is no bool tensor beside the data") }
    let source = axis == nil ? data.reshaped(to: [data.count]) : data
    let axis = try source.shape.required(axis: axis ?? 0)
    let flags = condition.array(of: Bool.self)
    guard flags.count <= source.shape[axis] else {
      throw .shapeMismatch(reason: "\(flags.count) conditions for axis \(axis) of \(source.shape)")
    }
    let kept = flags.indices.filter { flags[$0] }
    return [source.taking(kept, along: axis)]
  }
}

extension Tensor {
  /// The slices at `positions` of an axis.
  func taking(_ positions: [Int], along axis: Int) -> Tensor {
    var result = shape
    result[axis] = positions.count
    let (size, bytes) = (shape[axis], shape.count((axis + 1)...) * dtype.byteSize)
    return Tensor(TensorType(dtype, result)) { target in
      withBytes { source in
        guard let source = source.baseAddress, let target = target.baseAddress,
          !positions.isEmpty, count > 0
        else { return }
        for row in 0..<shape.count(..<axis) {
          for (place, position) in positions.enumerated() {
            (target + (row * positions.count + place) * bytes)
              .copyMemory(from: source + (row * size + position) * bytes, byteCount: bytes)
          }
        }
      }
    }
  }
}
