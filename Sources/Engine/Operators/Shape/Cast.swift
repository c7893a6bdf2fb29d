import ONNXFormat

/// Converts the element type; floats lose their fraction on the way to integers, which saturate.
/// https://onnx.ai/onnx/operators/onnx__Cast.html
struct Cast: OperatorKernel {
  static let opType = "Cast"
  static let sinceVersion = 6

  private let target: DType

  init(_ node: Node) throws(GraphError) {
    let number = try node.attributes.int("to", default: 0)
    guard let type = ElementType(rawValue: number), let dtype = DType(type),
      [.float32, .float64, .int32, .int64, .uint8, .int8, .bool].contains(dtype)
    else {
      throw .badAttribute(name: "to", reason: "names the type \(number), which is not implemented")
    }
    target = dtype
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let type = try inputs.required(0, "input").type
    return [TensorType(target, type.shape)]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let input = call.input(0)
    if input.dtype == target {
      call.output.bytes.copyMemory(from: input.bytes)
    } else if let integers = input.copied().integers {
      write(integers.map(Double.init), integers, to: call.output)
    } else {
      let values: [Double]
      switch input.dtype {
      case .float32: values = input.floats.map(Double.init)
      case .float64: values = Array(input.buffer(of: Double.self))
      default: values = input.buffer(of: Bool.self).map { $0 ? 1 : 0 }
      }
      write(values, values.map(Self.saturated), to: call.output)
    }
  }

  private static func saturated(_ value: Double) -> Int {
    if value.isNaN { return 0 }
    return value >= 9.2e18 ? .max : value <= -9.2e18 ? .min : Int(value)
  }

  private func write(_ values: [Double], _ integers: [Int], to output: MutableTensorView) {
    func fill<T: TensorElement, S>(_: T.Type, _ source: [S], _ convert: (S) -> T) {
      let target = output.buffer(of: T.self)
      for i in source.indices { target[i] = convert(source[i]) }
    }
    switch target {
    case .float32: fill(Float.self, values, Float.init)
    case .float64: fill(Double.self, values) { $0 }
    case .int32: fill(Int32.self, integers, Int32.init(clamping:))
    case .int64: fill(Int64.self, integers, Int64.init)
    case .uint8: fill(UInt8.self, integers, UInt8.init(clamping:))
    case .int8: fill(Int8.self, integers, Int8.init(clamping:))
    default: fill(Bool.self, values) { $0 != 0 }
    }
  }
}
