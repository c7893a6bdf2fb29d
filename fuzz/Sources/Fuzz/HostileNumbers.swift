import Foundation
import CalibrantONNXFormat

/// Numbers that arithmetic trips over.
enum HostileNumbers {
  static let all: [Int] = [
    .min, .min + 1, -1 << 62, -1 << 31, -2, -1, 0, 1, 2, 3, 1 << 16, 1 << 24, 1 << 31, 1 << 32,
    1 << 50,
    1 << 62, .max - 1, .max,
  ]

  /// Data, for operators that take positions, counts or sizes from it, and scales.
  static let floats: [Float] = [
    0, 1, 1, 0.5, 2, 3.5, -1, -0.5, 65536, 1e10, -1e10, 1e30, -1e38, 1e-38, .nan, .infinity,
    -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 0.1,
  ]

  static func integer(_ choice: Int) -> Int { all[choice % all.count] }

  /// A number as a tensor stores it; none for types of less than a byte and of strings.
  static func bytes(_ choice: Int, _ type: ElementType) -> Data {
    if type == .float32 {
      return withUnsafeBytes(of: floats[choice % floats.count].bitPattern.littleEndian) { Data($0) }
    }
    guard let width = type.bitWidth, width % 8 == 0, width <= 64 else { return Data() }
    return withUnsafeBytes(of: Int64(integer(choice)).littleEndian) { Data($0.prefix(width / 8)) }
  }
}
