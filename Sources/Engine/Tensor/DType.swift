import CalibrantONNXFormat

/// Element types the engine holds. Types of less than a byte take one byte each in memory.
public enum DType: String, Sendable, Hashable, CaseIterable, Codable {
  case float32, float64, int8, uint8, int16, uint16, int32, uint32, int64, uint64, bool
  case int2, uint2, int4, uint4
  case float8e4m3fn, float8e4m3fnuz, float8e5m2, float8e5m2fnuz, float8e8m0, float4e2m1

  /// Bytes one element takes in memory.
  public var byteSize: Int {
    switch self {
    case .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    default: 1
    }
  }

  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// The type in memory of what a file stores: float16, bfloat16 and float64 are computed with in float32. nil where
  /// the engine has no such type.
  public init?(_ elementType: ElementType) {
    if elementType.isWidened { self = .float32 } else { self.init(rawValue: "\(elementType)") }
  }

  /// The type of that number in ONNX, or nil.
  public init?(onnxNumber number: Int) {
    guard let elementType = ElementType(rawValue: number) else { return nil }
    self.init(elementType)
  }

  /// The ONNX type of the same values.
  public var elementType: ElementType {
    ElementType.allCases.first { "\($0)" == rawValue }!
  }

  /// Bits of a packed element, for types of which several share a byte in a file.
  var packedBits: Int? {
    switch self {
    case .int4, .uint4, .float4e2m1: 4
    case .int2, .uint2: 2
    default: nil
    }
  }
}

extension ElementType {
  /// Floats that become float32 on their way in.
  public var isWidened: Bool { self == .float16 || self == .bfloat16 || self == .float64 }
}

/// Swift types that tensors are made of.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The type a tensor of these values gets when nothing else is said.
  static var dtype: DType { get }
}

extension Float: TensorElement { public static var dtype: DType { .float32 } }
extension Double: TensorElement { public static var dtype: DType { .float64 } }
extension Int8: TensorElement { public static var dtype: DType { .int8 } }
extension UInt8: TensorElement { public static var dtype: DType { .uint8 } }
extension Int16: TensorElement { public static var dtype: DType { .int16 } }
extension UInt16: TensorElement { public static var dtype: DType { .uint16 } }
extension Int32: TensorElement { public static var dtype: DType { .int32 } }
extension UInt32: TensorElement { public static var dtype: DType { .uint32 } }
extension Int64: TensorElement { public static var dtype: DType { .int64 } }
extension UInt64: TensorElement { public static var dtype: DType { .uint64 } }
extension Bool: TensorElement { public static var dtype: DType { .bool } }

extension DType {
  /// Whether values of this type lie in memory as `T`.
  public func isStored<T: TensorElement>(as type: T.Type) -> Bool {
    switch self {
    case .int4, .int2: T.self == Int8.self
    case .uint4, .uint2: T.self == UInt8.self
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float8e8m0, .float4e2m1:
      T.self == UInt8.self
    default: self == T.dtype
    }
  }
}
