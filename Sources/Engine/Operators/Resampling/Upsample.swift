/// What Resize was before opset 10: scales are an attribute before opset 9, an input then. https://onnx.ai/onnx/operators/onnx__Upsample.html
struct Upsample: PlannedOperator {
  static let opType = "Upsample"
  static let sinceVersion = 7

  private let resizing: Resizing
  private let scales: [Float]?

  init(_ node: Node) throws(GraphError) {
    scales = try node.attributes.floats("scales")
    let name = try node.attributes.string("mode", default: "nearest")
    guard name == "nearest" || name == "linear" || name == "bilinear" else {
      throw .badAttribute(name: "mode", reason: "'\(name)' is no interpolation")
    }
    resizing = Resizing(
      kernel: name == "nearest" ? .nearest(.floor) : .linear, coordinates: .asymmetric)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "X").type
    try resizing.check(type)
    let given = try inputs.knownFloats(1, "scales")
    return [TensorType(type.dtype, Shape(try plan(given, type.shape).map(\.output)))]
  }

  private func plan(
    _ given: [Float]?, _ shape: Shape
  ) throws(GraphError) -> [ResizeCoordinates.Axis] {
    guard let scales = given ?? scales, scales.count == shape.rank,
      scales.allSatisfy({ $0 > 0 && $0 < 0x1p24 })
    else { throw .wrongInput(name: "scales", reason: "do not fit \(shape)") }
    return zip(shape.dims, scales).map { size, scale in
      .init(
        input: size, output: Resizing.size(Double(scale) * Double(size)), scale: Double(scale),
        region: (0, 1))
    }
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let given = try inputs.knownFloats(1, "scales")
    return PlannedRun(try plan(given, inputs.required(0, "X").type.shape)) { [resizing] in
      resizing.run($0.input(0), $1, into: $0.output)
    }
  }
}
