import CalibrantEngine
import Foundation

/// A NumPy array in an `.npy` file: mapped into memory where it is little-endian and row-major, else brought into that form.
/// The first axis counts samples.
public struct NPYArray: Sendable {
  public let path: String
  public let dtype: DType
  public let shape: Shape
  private let file: Data
  private let dataOffset: Int

  /// - Throws: `DatasetError.missing`, `.unreadable` or `.invalidArray`, all of which name the
  ///   file.
  public init(contentsOf path: String) throws(DatasetError) {
    try self.init(Self.map(path), path: path)
  }

  /// - Parameters:
  ///   - file: all bytes of the file.
  ///   - path: what errors call it.
  init(_ file: Data, path: String) throws(DatasetError) {
    do throws(NPYProblem) {
      let header = try NPYHeader(parsing: file)
      guard let expected = header.dataByteCount else { throw .tooLarge(shape: header.shape.dims) }
      let found = file.count - header.byteCount
      guard expected == found else { throw .wrongSize(expected: expected, found: found) }
      self.path = path
      self.dtype = header.dtype
      self.shape = header.shape
      self.file = header.isPlain ? file : NPYNormalization(header: header)(file.suffix(found))
      dataOffset = header.isPlain ? header.byteCount : 0
    } catch {
      throw .invalidArray(path: path, reason: error)
    }
  }

  /// - Parameter bytes: of all values, little-endian and row-major.
  init(path: String, dtype: DType, shape: Shape, bytes: Data) {
    (self.path, self.dtype, self.shape, file, dataOffset) = (path, dtype, shape, bytes, 0)
  }

  static func map(_ path: String) throws(DatasetError) -> Data {
    guard try FileTree.kind(of: path) == .file else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    do {
      return try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
    } catch {
      throw .systemFailure(at: path)
    }
  }
}

extension NPYHeader {
  /// nil where it, or the size of some of the axes alone, does not fit an `Int`.
  fileprivate var dataByteCount: Int? {
    var count = itemSize
    for size in shape.dims where size != 0 {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      count = product
    }
    return shape.dims.contains(0) ? 0 : count
  }
}

extension NPYArray {
  /// The size of the first axis; 1 for a scalar.
  public var sampleCount: Int { shape.dims.first ?? 1 }

  /// The shape of one sample: all axes but the first.
  public var sampleShape: Shape { Shape(Array(shape.dims.dropFirst())) }

  /// One sample's values; integers keep their values, doubles are rounded to the nearest float.
  public func floats(sample: Int) -> [Float] {
    let count = sampleShape.elementCount
    return [Float](unsafeUninitializedCapacity: count) { buffer, written in
      write(sample: sample, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      written = count
    }
  }

  /// Writes one sample's values as floats; `buffer` has exactly `sampleShape.elementCount`
  /// elements.
  public func write(sample: Int, into buffer: UnsafeMutableBufferPointer<Float>) {
    let count = sampleShape.elementCount
    precondition((0..<sampleCount).contains(sample), "the array has no such sample")
    precondition(buffer.count == count, "a sample needs a buffer of its own size")
    withBytes { bytes in
      let size = count * dtype.byteSize
      let source = UnsafeRawBufferPointer(rebasing: bytes[sample * size..<(sample + 1) * size])
      convert(source, into: buffer)
    }
  }

  /// The whole array as a tensor of its own type.
  public func tensor() -> Tensor {
    Tensor(TensorType(dtype, shape)) { target in
      withBytes { target.copyMemory(from: $0) }
      // A damaged file may hold bytes that no Swift Bool may have.
      if dtype == .bool {
        for index in target.indices where target[index] != 0 { target[index] = 1 }
      }
    }
  }

  /// The values' bytes, which may lie at any alignment.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try file.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[dataOffset...])) }
  }

  /// One sample's bytes, which may lie at any alignment.
  func withBytes<R>(ofSample sample: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows
    -> R
  {
    let size = sampleShape.elementCount * dtype.byteSize
    return try withBytes {
      try body(UnsafeRawBufferPointer(rebasing: $0[sample * size..<(sample + 1) * size]))
    }
  }

  private func convert(
    _ source: UnsafeRawBufferPointer, into buffer: UnsafeMutableBufferPointer<Float>
  ) {
    switch dtype {
    case .float32: UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
    case .float64: fill(buffer, from: source, of: Double.self) { Float($0) }
    case .bool: fill(buffer, from: source, of: UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: fill(buffer, from: source, of: UInt8.self) { Float($0) }
    case .int8: fill(buffer, from: source, of: Int8.self) { Float($0) }
    case .int16: fill(buffer, from: source, of: Int16.self) { Float($0) }
    case .uint16: fill(buffer, from: source, of: UInt16.self) { Float($0) }
    case .int32: fill(buffer, from: source, of: Int32.self) { Float($0) }
    case .uint32: fill(buffer, from: source, of: UInt32.self) { Float($0) }
    case .int64: fill(buffer, from: source, of: Int64.self) { Float($0) }
    case .uint64: fill(buffer, from: source, of: UInt64.self) { Float($0) }
    default: preconditionFailure("the .npy format has no type \(dtype)")
    }
  }
}

@inline(__always)
private func fill<T: BitwiseCopyable>(
  _ buffer: UnsafeMutableBufferPointer<Float>, from source: UnsafeRawBufferPointer, of _: T.Type,
  _ value: (T) -> Float
) {
  for index in buffer.indices {
    buffer[index] = value(
      source.loadUnaligned(fromByteOffset: index &* MemoryLayout<T>.size, as: T.self))
  }
}
