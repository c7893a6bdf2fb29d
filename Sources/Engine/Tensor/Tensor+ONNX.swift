import Foundation
import ONNXFormat

extension Tensor {
  /// The values of a tensor stored in a model; int4 is unpacked to one value a byte.
  public init(_ stored: ModelTensor) throws(GraphError) {
    guard let elementType = stored.elementType, let dtype = DType(elementType) else {
      throw .unsupportedElementType(
        value: stored.name, type: stored.elementType.map { "\($0)" } ?? "unknown")
    }
    let shape = Shape(stored.dims)
    guard shape.checkedElementCount != nil else {
      throw .unsupportedInput(
        name: stored.name, reason: "its shape \(shape) is no size of a tensor")
    }
    let payload: Data
    do {
      payload = try stored.payload()
    } catch {
      throw .model(error)
    }
    self.init(TensorType(dtype, shape)) { bytes in
      switch dtype {
      case .int4: unpackNibbles(payload, into: bytes) { ($0 ^ 8) &- 8 }
      case .uint4: unpackNibbles(payload, into: bytes) { $0 }
      default: payload.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
    }
  }

  /// The tensor as a model stores it; int4 is packed two values a byte.
  public func stored(named name: String) -> ModelTensor {
    let payload = withBytes { bytes in
      dtype == .int4 || dtype == .uint4 ? packNibbles(bytes) : Data(bytes)
    }
    return ModelTensor(
      name: name, elementType: dtype.elementType, dims: shape.dims, payload: payload)
  }
}

private func unpackNibbles(
  _ packed: Data, into bytes: UnsafeMutableRawBufferPointer, _ widen: (UInt8) -> UInt8
) {
  packed.withUnsafeBytes { packed in
    for index in bytes.indices {
      let pair = packed[index / 2]
      bytes[index] = widen(index.isMultiple(of: 2) ? pair & 15 : pair >> 4)
    }
  }
}

private func packNibbles(_ bytes: UnsafeRawBufferPointer) -> Data {
  var packed = Data(count: (bytes.count + 1) / 2)
  for index in bytes.indices {
    packed[index / 2] |= (bytes[index] & 15) << (index.isMultiple(of: 2) ? 0 : 4)
  }
  return packed
}
