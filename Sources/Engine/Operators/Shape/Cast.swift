import CalibrantONNXFormat

/// Converts the element type. https://onnx.ai/onnx/operators/onnx__Cast.html
struct Cast: OperatorKernel {
  static let opType = "Cast"
  static let sinceVersion = 6

  private let conversion: Conversion
  private let target: DType

  init(_ node: Node) throws(GraphError) {
    guard let type = try node.attributes.elementType("to") else {
      throw .badAttribute(name: "to", reason: "is missing")
    }
    guard let dtype = DType(type) else { throw .notImplemented(reason: "casts to \(type)") }
    target = dtype
    conversion = try Conversion(target: type, node)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    [TensorType(target, try inputs.required(0, "input").type.shape)]
  }

  func run(_ call: OperatorCall) { conversion.run(call.input(0), call.output) }
}

extension Conversion {
  /// Reads `saturate` and `round_mode`.
  init(target: ElementType, _ node: Node) throws(GraphError) {
    self.target = target
    saturates = try node.attributes.flag("saturate", default: true)
    let mode = try node.attributes.string("round_mode", default: "up")
    // How a float becomes a power of two; other types have one way.
    guard let rounding = MiniFloat.RoundingMode(rawValue: mode) else {
      throw .badAttribute(name: "round_mode", reason: "'\(mode)' is no way to round")
    }
    self.rounding = target == .float8e8m0 ? rounding : .nearest
  }
}
