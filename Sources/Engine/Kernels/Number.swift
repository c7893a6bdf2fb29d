/// A number as loops over any element type need it; integers wrap around.
protocol Number: TensorElement, Comparable, Numeric {
  static func sum(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
  /// What is below and above every other value.
  static var lowest: Self { get }
  static var highest: Self { get }
  var isNoNumber: Bool { get }
}

extension Number {
  /// Whether this is the larger one, as ONNX orders floats for TopK and NumPy for maxima: NaN is above all others.
  @inline(__always)
  func ranksAbove(_ other: Self) -> Bool {
    self > other || (isNoNumber && !other.isNoNumber)
  }
}

extension Number where Self: FixedWidthInteger {
  static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
  static func product(_ a: Self, _ b: Self) -> Self { a &* b }
  static var lowest: Self { min }
  static var highest: Self { max }
  var isNoNumber: Bool { false }
}

extension Float: Number {
  static func sum(_ a: Float, _ b: Float) -> Float { a + b }
  static func product(_ a: Float, _ b: Float) -> Float { a * b }
  static var lowest: Float { -.infinity }
  static var highest: Float { .infinity }
  var isNoNumber: Bool { isNaN }
}

extension Int8: Number {}
extension UInt8: Number {}
extension Int16: Number {}
extension UInt16: Number {}
extension Int32: Number {}
extension UInt32: Number {}
extension Int64: Number {}
extension UInt64: Number {}

/// A loop written once for every number type.
protocol NumberLoop {
  func run<T: Number>(_: T.Type)
}

extension NumberLoop {
  /// Runs the loop for a type of `arithmeticTypes`; a bool counts as the byte that holds it.
  func callAsFunction(_ dtype: DType) {
    switch dtype {
    case .float32: run(Float.self)
    case .int8: run(Int8.self)
    case .uint8, .bool: run(UInt8.self)
    case .int16: run(Int16.self)
    case .uint16: run(UInt16.self)
    case .int32: run(Int32.self)
    case .uint32: run(UInt32.self)
    case .int64: run(Int64.self)
    case .uint64: run(UInt64.self)
    default: preconditionFailure("no loop over numbers runs on \(dtype)")
    }
  }
}

extension TensorView {
  /// The elements in memory, whatever the type's name.
  func elements<T: Number>(_: T.Type) -> UnsafeBufferPointer<T> {
    UnsafeBufferPointer(start: base.assumingMemoryBound(to: T.self), count: count)
  }
}

extension MutableTensorView {
  func elements<T: Number>(_: T.Type) -> UnsafeMutableBufferPointer<T> {
    UnsafeMutableBufferPointer(start: base.assumingMemoryBound(to: T.self), count: count)
  }
}

/// A shape seen along one axis: element i of line (o, n) is at (o · length + i) · inner + n.
struct AxisLoop {
  let outer: Int
  let length: Int
  let inner: Int

  init(_ shape: Shape, axis: Int) {
    outer = shape.count(..<axis)
    length = shape[axis]
    inner = shape.count((axis + 1)...)
  }

  init(outer: Int, length: Int, inner: Int) {
    (self.outer, self.length, self.inner) = (outer, length, inner)
  }

  /// Calls `body` with the first element of each line; its elements are `inner` apart.
  @inline(__always)
  func forEachLine(_ body: (_ line: Int, _ start: Int) -> Void) {
    for o in 0..<outer {
      for n in 0..<inner { body(o * inner + n, o * length * inner + n) }
    }
  }
}
