import Foundation
import CalibrantONNXFormat

extension Tensor {
  /// The values of a tensor stored in a model, one a byte where the file packs several; wider or narrower floats
  /// become float32.
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
      if elementType.isWidened {
        widen(payload, elementType, into: bytes.bindMemory(to: Float.self))
      } else if let bits = dtype.packedBits {
        let isSigned = dtype == .int4 || dtype == .int2
        unpack(payload, bits: bits, isSigned: isSigned, into: bytes)
      } else {
        payload.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
    }
  }

  /// The tensor as a model stores it; elements of less than a byte are packed.
  public func stored(named name: String) -> ModelTensor {
    let payload = withBytes { bytes in
      dtype.packedBits.map { pack(bytes, bits: $0) } ?? Data(bytes)
    }
    return ModelTensor(
      name: name, elementType: dtype.elementType, dims: shape.dims, payload: payload)
  }
}

private func widen(
  _ payload: Data, _ type: ElementType, into floats: UnsafeMutableBufferPointer<Float>
) {
  payload.withUnsafeBytes { bytes in
    for index in floats.indices {
      switch type {
      case .float16:
        let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        floats[index] = Float(halfBits: bits)
      case .bfloat16:
        let bits = bytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
        floats[index] = Float(bitPattern: UInt32(bits) << 16)
      default:
        floats[index] = Float(bytes.loadUnaligned(fromByteOffset: 8 * index, as: Double.self))
      }
    }
  }
}

/// Packed elements start at the low bits of each byte.
private func unpack(
  _ packed: Data, bits: Int, isSigned: Bool, into bytes: UnsafeMutableRawBufferPointer
) {
  let perByte = 8 / bits
  let sign: UInt8 = isSigned ? 1 << UInt8(bits - 1) : 0
  packed.withUnsafeBytes { packed in
    for index in bytes.indices {
      let code = packed[index / perByte] >> UInt8(index % perByte * bits)
      bytes[index] = ((code & (1 << UInt8(bits) - 1)) ^ sign) &- sign
    }
  }
}

private func pack(_ bytes: UnsafeRawBufferPointer, bits: Int) -> Data {
  let perByte = 8 / bits
  var packed = Data(count: (bytes.count + perByte - 1) / perByte)
  for index in bytes.indices {
    packed[index / perByte] |=
      (bytes[index] & (1 << UInt8(bits) - 1)) << UInt8(index % perByte * bits)
  }
  return packed
}
