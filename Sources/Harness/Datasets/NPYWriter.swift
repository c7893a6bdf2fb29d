import CalibrantEngine
import Foundation

/// `.npy` files of version 1.0, byte for byte as NumPy's `np.save` writes them.
public enum NPYWriter {
  /// NumPy leaves room for the first size to grow to this many digits.
  private static let growthDigits = 21
  private static let alignment = 64

  public static func data(_ tensor: Tensor) -> Data {
    tensor.withBytes { data(dtype: tensor.dtype, shape: tensor.shape, bytes: $0) }
  }

  public static func data<T: TensorElement>(_ values: [T], shape: Shape) -> Data {
    values.withUnsafeBytes { data(dtype: T.dtype, shape: shape, bytes: $0) }
  }

  /// - Parameter bytes: the values, row-major. 4-bit integers, one to a byte, become 8-bit ones.
  public static func data(dtype: DType, shape: Shape, bytes: UnsafeRawBufferPointer) -> Data {
    precondition(
      bytes.count == shape.elementCount * dtype.byteSize, "values must fill the array's shape")
    var file = header(dtype: dtype, shape: shape)
    file.append(contentsOf: bytes)
    return file
  }

  private static func header(dtype: DType, shape: Shape) -> Data {
    let sizes = shape.dims.map(String.init)
    let tuple = sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.joined(separator: ", ")))"
    var text =
      "{'descr': '\(descriptor(of: dtype))', 'fortran_order': False, 'shape': \(tuple), }"
    if let first = sizes.first {
      text += String(repeating: " ", count: max(0, growthDigits - first.utf8.count))
    }
    // A whole block of padding where none is needed, as NumPy does.
    let used = NPYHeader.magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: alignment - used % alignment) + "\n"
    precondition(text.utf8.count <= UInt16.max, "version 1.0 headers hold at most 65535 bytes")
    let length = UInt16(text.utf8.count)
    return Data(NPYHeader.magic + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + text.utf8)
  }

  private static func descriptor(of dtype: DType) -> String {
    let stored: DType =
      switch dtype {
      case .int4, .int2: .int8
      case _ where dtype.isStored(as: UInt8.self): .uint8
      default: dtype
      }
    guard let type = NPYHeader.types.first(where: { $0.dtype == stored }) else {
      preconditionFailure("every element type has a NumPy descriptor")
    }
    return type.descriptor
  }
}
