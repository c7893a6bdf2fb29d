import CalibrantEngine
import Foundation

extension NPYArray {
  /// A value that another type does not hold; nil where no value of the array's type becomes one of the other's.
  struct Unconvertible: Error {
    let value: Double?
  }

  /// The array in another type: whole numbers where the type holds all of them, and anything as floats, rounded to the
  /// nearest. Floats never become whole numbers.
  func converted(to type: DType) throws(Unconvertible) -> NPYArray {
    // Damaged files may hold bytes that are neither true nor false.
    if type == dtype, dtype != .bool { return self }
    guard type.isFloatingPoint || !dtype.isFloatingPoint else { throw Unconvertible(value: nil) }
    let numbers = tensor().numbers
    func data<T: BitwiseCopyable>(
      _ convert: (Double) -> T?
    ) throws(Unconvertible) -> Data {
      var values: [T] = []
      values.reserveCapacity(numbers.count)
      for number in numbers {
        // Whole numbers beyond are not exact in double precision.
        guard type.isFloatingPoint || abs(number) <= 0x1p53, let value = convert(number) else {
          throw Unconvertible(value: number)
        }
        values.append(value)
      }
      return values.withUnsafeBytes { Data($0) }
    }
    let bytes: Data =
      switch type {
      case .float32: try data { Float($0) }
      case .float64: try data { $0 }
      case .bool: try data { $0 == 0 || $0 == 1 ? UInt8($0) : nil }
      case .uint8: try data { UInt8(exactly: $0) }
      case .int8: try data { Int8(exactly: $0) }
      case .uint16: try data { UInt16(exactly: $0) }
      case .int16: try data { Int16(exactly: $0) }
      case .uint32: try data { UInt32(exactly: $0) }
      case .int32: try data { Int32(exactly: $0) }
      case .uint64: try data { UInt64(exactly: $0) }
      case .int64: try data { Int64(exactly: $0) }
      default: throw Unconvertible(value: nil)
      }
    return NPYArray(path: path, dtype: type, shape: shape, bytes: bytes)
  }
}
