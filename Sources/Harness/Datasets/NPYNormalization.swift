import CalibrantEngine
import Foundation

/// Brings an array's bytes into the form that everything here reads: little-endian, row-major, no float16.
struct NPYNormalization {
  let header: NPYHeader

  /// - Parameter bytes: of the values alone, as many as the header says.
  func callAsFunction(_ bytes: Data) -> Data {
    guard !bytes.isEmpty else { return Data() }
    let size = header.itemSize
    var values = bytes
    if header.isBigEndian { values = Self.swapped(values, size: size) }
    if header.isFortranOrder { values = rowMajor(values, size: size) }
    return header.isHalf ? Self.widened(values) : values
  }

  private static func swapped(_ bytes: Data, size: Int) -> Data {
    var result = bytes
    result.withUnsafeMutableBytes { target in
      for start in stride(from: 0, to: target.count, by: size) {
        target[start..<start + size].reverse()
      }
    }
    return result
  }

  /// The first axis varies fastest in Fortran order, the last one here.
  private func rowMajor(_ bytes: Data, size: Int) -> Data {
    let dims = header.shape.dims
    guard dims.count > 1 else { return bytes }
    var strides = [Int](repeating: size, count: dims.count)
    for axis in 1..<dims.count { strides[axis] = strides[axis - 1] * dims[axis - 1] }
    var result = Data(count: bytes.count)
    result.withUnsafeMutableBytes { (target: UnsafeMutableRawBufferPointer) in
      bytes.withUnsafeBytes { (source: UnsafeRawBufferPointer) in
        var index = [Int](repeating: 0, count: dims.count)
        var offset = 0
        for start in Swift.stride(from: 0, to: target.count, by: size) {
          for byte in 0..<size { target[start + byte] = source[offset + byte] }
          Self.advance(&index, &offset, dims, strides)
        }
      }
    }
    return result
  }

  /// To the next element in row-major order.
  private static func advance(
    _ index: inout [Int], _ offset: inout Int, _ dims: [Int], _ strides: [Int]
  ) {
    for axis in dims.indices.reversed() {
      index[axis] += 1
      offset += strides[axis]
      if index[axis] < dims[axis] { return }
      offset -= index[axis] * strides[axis]
      index[axis] = 0
    }
  }

  private static func widened(_ bytes: Data) -> Data {
    let halves = bytes.withUnsafeBytes { source in
      stride(from: 0, to: source.count, by: 2).map {
        Float(halfBits: source.loadUnaligned(fromByteOffset: $0, as: UInt16.self))
      }
    }
    return halves.withUnsafeBytes { Data($0) }
  }
}
