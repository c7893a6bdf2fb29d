import ONNXFormat

/// Element types the engine computes with. Sub-byte integers take one byte each in memory.
public enum DType: String, Sendable, Hashable, CaseIterable, Codable {
  case float32, float64, int8, uint8, int16, uint16, int32, uint32, int64, uint64, bool, int4, uint4

  /// Bytes one element takes in memory.
  public var byteSize: Int {
    switch self {
    case .int8, .uint8, .bool, .int4, .uint4: 1
    case .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// nil where the engine has no such type.
  public init?(_ elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .float64: self = .float64
    case .int8: self = .int8
    case .uint8: self = .uint8
    case .int16: self = .int16
    case .uint16: self = .uint16
    case .int32: self = .int32
    case .uint32: self = .uint32
    case .int64: self = .int64
    case .uint64: self = .uint64
    case .bool: self = .bool
    case .int4: self = .int4
    case .uint4: self = .uint4
    default: return nil
    }
  }

  /// The ONNX type of the same values.
  public var elementType: ElementType {
    switch self {
    case .float32: .float32
    case .float64: .float64
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .bool: .bool
    case .int4: .int4
    case .uint4: .uint4
    }
  }
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
    self == T.dtype || (self == .int4 && T.self == Int8.self)
      || (self == .uint4 && T.self == UInt8.self)
  }
}
