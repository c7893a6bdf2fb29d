/// An immutable, dense, row-major tensor. Element type and shape are values known at run time.
///
///     let image = Tensor([Float](repeating: 0.5, count: 3 * 8 * 8), shape: [1, 3, 8, 8])
///     let first = image.array(of: Float.self)[0]
public struct Tensor: Sendable {
  public let type: TensorType
  let storage: TensorStorage

  public var dtype: DType { type.dtype }
  public var shape: Shape { type.shape }
  public var count: Int { type.shape.elementCount }

  /// A tensor whose memory `fill` writes.
  public init(_ type: TensorType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
    self.type = type
    storage = TensorStorage(byteCount: type.byteCount)
    try fill(UnsafeMutableRawBufferPointer(start: storage.base, count: type.byteCount))
  }

  public init<T: TensorElement>(_ values: [T], shape: Shape, dtype: DType = T.dtype) {
    precondition(values.count == shape.elementCount, "a tensor has as many values as its shape")
    precondition(dtype.isStored(as: T.self), "values of \(T.self) cannot be stored as \(dtype)")
    self.init(TensorType(dtype, shape)) { bytes in
      values.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  public init<T: TensorElement>(scalar: T) { self.init([scalar], shape: []) }

  /// The same values under another shape of the same size; shares memory.
  public func reshaped(to shape: Shape) -> Tensor {
    precondition(shape.elementCount == count, "a reshape keeps the number of elements")
    return Tensor(TensorType(dtype, shape), storage: storage)
  }

  /// A copy of some entries of the first axis.
  public func entries(_ range: Range<Int>) -> Tensor {
    let size = type.byteCount / max(shape[0], 1)
    return Tensor(TensorType(dtype, Shape([range.count] + shape.dims.dropFirst()))) { copy in
      withBytes { all in
        copy.copyMemory(
          from: UnsafeRawBufferPointer(
            rebasing: all[range.lowerBound * size..<range.upperBound * size]))
      }
    }
  }

  init(_ type: TensorType, storage: TensorStorage) {
    self.type = type
    self.storage = storage
  }

  /// The elements as a tap sees them.
  public func withView<R>(_ body: (TensorView) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) {
      try body(TensorView(type: type, base: UnsafeRawPointer(storage.base)))
    }
  }

  public func withBuffer<T: TensorElement, R>(
    of type: T.Type, _ body: (UnsafeBufferPointer<T>) throws -> R
  ) rethrows -> R {
    precondition(dtype.isStored(as: T.self), "a \(dtype) tensor read as \(T.self)")
    return try body(
      UnsafeBufferPointer(start: storage.base.assumingMemoryBound(to: T.self), count: count))
  }

  /// The elements of a float tensor; valid during the call.
  func withFloats<R>(_ body: (UnsafePointer<Float>) -> R) -> R {
    precondition(dtype == .float32, "a \(dtype) tensor read as floats")
    return body(UnsafePointer(storage.base.assumingMemoryBound(to: Float.self)))
  }

  public func array<T: TensorElement>(of type: T.Type) -> [T] {
    withBuffer(of: type) { Array($0) }
  }

  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try body(UnsafeRawBufferPointer(start: storage.base, count: type.byteCount))
  }

  /// The values of an integer tensor of any width, or nil for other types.
  public var integers: [Int]? {
    func widened<T: TensorElement & BinaryInteger>(_: T.Type) -> [Int] {
      withBuffer(of: T.self) { $0.map { Int(truncatingIfNeeded: $0) } }
    }
    switch dtype {
    case .int64: return widened(Int64.self)
    case .int32: return widened(Int32.self)
    case .int16: return widened(Int16.self)
    case .int8, .int4, .int2: return widened(Int8.self)
    case .uint64: return widened(UInt64.self)
    case .uint32: return widened(UInt32.self)
    case .uint16: return widened(UInt16.self)
    case .uint8, .uint4, .uint2: return widened(UInt8.self)
    default: return nil
    }
  }
}

extension Tensor {
  /// The elements of a tensor of any type as numbers.
  public var numbers: [Double] {
    switch dtype {
    case .float32: return array(of: Float.self).map(Double.init)
    case .float64: return array(of: Double.self)
    case .bool: return array(of: Bool.self).map { $0 ? 1 : 0 }
    case .uint64: return array(of: UInt64.self).map(Double.init)
    default:
      if let integers { return integers.map(Double.init) }
      let values = MiniFloat(dtype)?.table ?? []
      return array(of: UInt8.self).map { Double(values[Int($0)]) }
    }
  }
}

/// A tensor that lives in memory somebody else owns, for the length of one call.
public struct TensorView {
  public let type: TensorType
  public let base: UnsafeRawPointer

  public var shape: Shape { type.shape }
  public var dtype: DType { type.dtype }
  public var count: Int { type.shape.elementCount }

  public func buffer<T: TensorElement>(of _: T.Type) -> UnsafeBufferPointer<T> {
    precondition(dtype.isStored(as: T.self), "a \(dtype) tensor read as \(T.self)")
    return UnsafeBufferPointer(start: base.assumingMemoryBound(to: T.self), count: count)
  }

  public var floats: UnsafeBufferPointer<Float> { buffer(of: Float.self) }
  public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base, count: type.byteCount)
  }

  /// A copy that outlives the call.
  public func copied() -> Tensor { Tensor(type) { $0.copyMemory(from: bytes) } }
}

/// Where an operator writes one output.
public struct MutableTensorView {
  public let type: TensorType
  public let base: UnsafeMutableRawPointer

  public var shape: Shape { type.shape }
  public var dtype: DType { type.dtype }
  public var count: Int { type.shape.elementCount }

  public func buffer<T: TensorElement>(of _: T.Type) -> UnsafeMutableBufferPointer<T> {
    precondition(dtype.isStored(as: T.self), "a \(dtype) tensor written as \(T.self)")
    return UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: T.self), count: count)
  }

  public var floats: UnsafeMutableBufferPointer<Float> { buffer(of: Float.self) }
  public var bytes: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: base, count: type.byteCount)
  }
}
