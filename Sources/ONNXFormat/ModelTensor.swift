import Foundation

/// A tensor stored in a model: an initializer or the value of an attribute.
public struct ModelTensor: Sendable {
  var proto: Onnx_TensorProto

  init(_ proto: Onnx_TensorProto) { self.proto = proto }

  /// - Parameter payload: little-endian elements in row-major order, as `raw_data` holds them (two int4 values a
  ///   byte, the first in the low half).
  public init(name: String, elementType: ElementType, dims: [Int], payload: Data) {
    precondition(
      elementType.byteCount(of: dims.reduce(1, *)) == payload.count,
      "a tensor's payload has the size its shape says")
    proto = Onnx_TensorProto()
    proto.name = name
    proto.dataType = Int32(elementType.rawValue)
    proto.dims = dims.map(Int64.init)
    proto.rawData = payload
  }

  /// A tensor of fixed-width values in the machine's (little-endian) order.
  public init<T: BitwiseCopyable>(
    name: String, elementType: ElementType, dims: [Int], values: [T]
  ) {
    self.init(
      name: name, elementType: elementType, dims: dims,
      payload: values.withUnsafeBytes { Data($0) })
  }

  public var name: String {
    get { proto.name }
    set { proto.name = newValue }
  }

  public var dims: [Int] { proto.dims.map { Int($0) } }

  /// nil for a type number this version of the code does not know.
  public var elementType: ElementType? { ElementType(rawValue: Int(proto.dataType)) }

  /// Number of elements, or an error where dimensions are negative or their product overflows.
  public func elementCount() throws(ModelError) -> Int {
    var count = 1
    for dim in proto.dims {
      guard dim >= 0 else { throw .badTensor(name: name, reason: "negative dimension \(dim)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: Int(dim))
      guard !overflow else { throw .badTensor(name: name, reason: "its dimensions overflow") }
      count = product
    }
    return count
  }

  /// Bytes this tensor's values take, as stored.
  public var storedByteCount: Int {
    guard let type = elementType, let count = try? elementCount() else { return 0 }
    return type.byteCount(of: count) ?? 0
  }

  /// The elements as `raw_data` would hold them, wherever the file keeps them.
  public func payload() throws(ModelError) -> Data {
    guard let type = elementType else {
      throw .badTensor(name: name, reason: "unknown element type \(proto.dataType)")
    }
    guard let expected = type.byteCount(of: try elementCount()) else {
      throw .badTensor(name: name, reason: "elements of type \(type) have no fixed size")
    }
    guard proto.dataLocation != .external else {
      throw .badTensor(name: name, reason: "its external data was not loaded")
    }
    let bytes = proto.hasRawData ? proto.rawData : typedFieldBytes(of: type)
    guard bytes.count == expected else {
      throw .badTensor(
        name: name,
        reason: "holds \(bytes.count) bytes where shape \(dims) of \(type) needs \(expected)")
    }
    return bytes
  }

  /// The typed repeated fields, narrowed to the element type as onnx.proto lays down for each.
  private func typedFieldBytes(of type: ElementType) -> Data {
    func bytes<T>(_ values: [T]) -> Data { values.withUnsafeBytes { Data($0) } }
    switch type {
    case .float32, .complex64: return bytes(proto.floatData)
    case .float64, .complex128: return bytes(proto.doubleData)
    case .int64: return bytes(proto.int64Data)
    case .uint64: return bytes(proto.uint64Data)
    case .uint32: return bytes(proto.uint64Data.map { UInt32(truncatingIfNeeded: $0) })
    case .int32: return bytes(proto.int32Data)
    case .int16, .uint16, .float16, .bfloat16:
      return bytes(proto.int32Data.map { UInt16(truncatingIfNeeded: $0) })
    case .string: return Data()
    default: return bytes(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) })
    }
  }
}
