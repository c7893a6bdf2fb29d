import CalibrantONNXFormat

/// How values of one element type become those of another (ONNX's Cast).
struct Conversion: Sendable {
  /// The type as the model names it; float16 and bfloat16 are kept as float32 values of that precision.
  let target: ElementType
  /// Whether what is beyond a small float's range becomes its largest value.
  var saturates = true
  var rounding = MiniFloat.RoundingMode.nearest

  func run(_ input: TensorView, _ output: MutableTensorView) {
    switch output.dtype {
    case input.dtype where input.dtype != .float32:
      output.bytes.copyMemory(from: input.bytes)
    case .float32:
      readFloats(input, into: output.floats)
      if target == .float16 { mapElements(output) { $0.roundedToHalf } }
      if target == .bfloat16 { mapElements(output) { $0.roundedToBrainFloat } }
    case .bool:
      let values = floats(input)
      let target = output.buffer(of: Bool.self)
      for i in values.indices { target[i] = values[i] != 0 }
    default:
      if let format = MiniFloat(output.dtype) {
        let (values, codes) = (floats(input), output.buffer(of: UInt8.self))
        for i in values.indices {
          codes[i] = format.code(of: values[i], saturating: saturates, rounding: rounding)
        }
      } else {
        writeIntegers(input, output)
      }
    }
  }

  /// A tensor's values, which stay alive while they are read.
  func run(_ tensor: Tensor, _ output: MutableTensorView) {
    withExtendedLifetime(tensor) { run(TensorView(tensor), output) }
  }

  private func mapElements(_ output: MutableTensorView, _ f: (Float) -> Float) {
    let values = output.floats
    for i in values.indices { values[i] = f(values[i]) }
  }

  private func floats(_ input: TensorView) -> [Float] {
    [Float](unsafeUninitializedCapacity: input.count) { buffer, count in
      readFloats(input, into: buffer)
      count = input.count
    }
  }

  private func readFloats(_ input: TensorView, into target: UnsafeMutableBufferPointer<Float>) {
    func read<T: BinaryInteger & TensorElement>(_: T.Type) {
      let source = input.buffer(of: T.self)
      for i in 0..<input.count { target[i] = Float(source[i]) }
    }
    switch input.dtype {
    case .float32: for i in 0..<input.count { target[i] = input.floats[i] }
    case .float64:
      for i in 0..<input.count { target[i] = Float(input.buffer(of: Double.self)[i]) }
    case .bool:
      for i in 0..<input.count { target[i] = input.buffer(of: Bool.self)[i] ? 1 : 0 }
    case .int8, .int4, .int2: read(Int8.self)
    case .uint8, .uint4, .uint2: read(UInt8.self)
    case .int16: read(Int16.self)
    case .uint16: read(UInt16.self)
    case .int32: read(Int32.self)
    case .uint32: read(UInt32.self)
    case .int64: read(Int64.self)
    case .uint64: read(UInt64.self)
    default:
      guard let table = MiniFloat(input.dtype)?.table else { return }
      let codes = input.buffer(of: UInt8.self)
      for i in 0..<input.count { target[i] = table[Int(codes[i])] }
    }
  }

  /// Integers keep their low bits; floats lose their fraction and saturate, or wrap in types below a byte.
  private func writeIntegers(_ input: TensorView, _ output: MutableTensorView) {
    if let integers = input.copied().integers {
      output.writeIntegers { integers[$0] }
    } else {
      let limits = output.dtype.packedBits == nil ? output.dtype.integerLimits : Int.min...Int.max
      let values = floats(input)
      output.writeIntegers { Self.integer(values[$0], limits) }
    }
  }

  private static func integer(_ value: Float, _ limits: ClosedRange<Int>) -> Int {
    if value.isNaN { return 0 }
    if value >= Float(limits.upperBound) { return limits.upperBound }
    return value <= Float(limits.lowerBound) ? limits.lowerBound : Int(value)
  }
}

extension MutableTensorView {
  /// Writes whole numbers, one by one: as 64-bit integers all of them would take many times the memory of codes.
  ///
  /// Types of fewer bits keep the low ones; booleans are true where the number is not 0.
  func writeIntegers(_ value: (Int) -> Int) {
    func fill<T: FixedWidthInteger & TensorElement>(_: T.Type, bits: Int = T.bitWidth) {
      let target = buffer(of: T.self)
      let unused = T.bitWidth - bits
      for i in target.indices { target[i] = (T(truncatingIfNeeded: value(i)) << unused) >> unused }
    }
    switch dtype {
    case .bool:
      let target = buffer(of: Bool.self)
      for i in target.indices { target[i] = value(i) != 0 }
    case .int8: fill(Int8.self)
    case .uint8: fill(UInt8.self)
    case .int4: fill(Int8.self, bits: 4)
    case .uint4: fill(UInt8.self, bits: 4)
    case .int2: fill(Int8.self, bits: 2)
    case .uint2: fill(UInt8.self, bits: 2)
    case .int16: fill(Int16.self)
    case .uint16: fill(UInt16.self)
    case .int32: fill(Int32.self)
    case .uint32: fill(UInt32.self)
    case .uint64: fill(UInt64.self)
    default: fill(Int64.self)
    }
  }
}

extension DType {
  /// What an integer type can hold, as far as an `Int` can.
  var integerLimits: ClosedRange<Int> {
    switch self {
    case .int2: -2...1
    case .uint2: 0...3
    case .int4: -8...7
    case .uint4: 0...15
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int32: Int(Int32.min)...Int(Int32.max)
    case .uint32: 0...Int(UInt32.max)
    case .uint64: 0...Int.max
    default: Int.min...Int.max
    }
  }
}
