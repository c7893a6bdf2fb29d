/// The slices of `data` along an axis that `indices` name; negative ones count from the end.
/// https://onnx.ai/onnx/operators/onnx__Gather.html
struct Gather: OperatorKernel {
  static let opType = "Gather"
  static let sinceVersion = 1

  private let axis: Int

  init(_ node: Node) throws(GraphError) { axis = try node.attributes.int("axis", default: 0) }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let data = try inputs.required(0, "data").type
    let indices = try inputs.required(1, "indices").type
    guard indices.dtype == .int64 || indices.dtype == .int32 else {
      throw .wrongInput(name: "indices", reason: "have type \(indices.dtype), not int32 or int64")
    }
    guard let axis = data.shape.resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(data.shape)")
    }
    let dims = data.shape.dims[..<axis] + indices.shape.dims + data.shape.dims[(axis + 1)...]
    return [TensorType(data.dtype, Shape(Array(dims)))]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let data = call.input(0)
    let axis = axis < 0 ? axis + data.shape.rank : axis
    let indices = call.input(1).copied().integers ?? []
    let size = data.shape[axis]
    let sliceBytes = data.shape.count((axis + 1)...) * data.dtype.byteSize
    guard let bad = indices.first(where: { !(-size..<size).contains($0) }) else {
      for outer in 0..<data.shape.count(..<axis) {
        for (position, index) in indices.enumerated() {
          let source = outer * size + (index < 0 ? index + size : index)
          (call.output.base + (outer * indices.count + position) * sliceBytes)
            .copyMemory(from: data.base + source * sliceBytes, byteCount: sliceBytes)
        }
      }
      return
    }
    throw .wrongInput(name: "indices", reason: "hold \(bad), the axis has size \(size)")
  }
}
