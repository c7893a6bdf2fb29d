/// The dimensions of a tensor, outermost first; `[]` is a scalar.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public var dims: [Int]

  public init(_ dims: [Int]) { self.dims = dims }
  public init(arrayLiteral dims: Int...) { self.dims = dims }

  public var rank: Int { dims.count }
  public var elementCount: Int { dims.reduce(1, *) }
  public var description: String { "[" + dims.map(String.init).joined(separator: ", ") + "]" }

  public subscript(axis: Int) -> Int {
    get { dims[axis] }
    set { dims[axis] = newValue }
  }

  /// Elements between neighbours along each axis, row-major.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dims[axis + 1]
    }
    return strides
  }

  /// The product of the dimensions in `range`.
  public func count(_ range: some RangeExpression<Int>) -> Int { dims[range].reduce(1, *) }

  /// The element count, or nil where a dimension is negative or there are more elements than any memory holds. An axis of
  /// size 0 hides nothing of the others, so that strides, products of part of the axes and sums of sizes are safe too.
  public var checkedElementCount: Int? {
    var count = 1
    for dim in dims {
      guard dim >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(dim, 1))
      guard !overflow, product <= Self.mostElements else { return nil }
      count = product
    }
    return dims.contains(0) ? 0 : count
  }

  private static let mostElements = 1 << 48

  /// `axis` with negative values counted from the end, or nil where it is out of range.
  public func resolve(axis: Int) -> Int? {
    let resolved = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(resolved) ? resolved : nil
  }

  /// The shape both broadcast to by NumPy's rule, or nil where they do not agree.
  public func broadcast(with other: Shape) -> Shape? {
    var result: [Int] = []
    let rank = Swift.max(self.rank, other.rank)
    for axis in 0..<rank {
      let a = axis < rank - self.rank ? 1 : dims[axis - (rank - self.rank)]
      let b = axis < rank - other.rank ? 1 : other.dims[axis - (rank - other.rank)]
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(result)
  }
}

/// What is known of a tensor before it is computed.
public struct TensorType: Sendable, Hashable, CustomStringConvertible {
  public var dtype: DType
  public var shape: Shape

  public init(_ dtype: DType, _ shape: Shape) {
    self.dtype = dtype
    self.shape = shape
  }

  public var byteCount: Int { shape.elementCount * dtype.byteSize }
  public var description: String { "\(dtype)\(shape)" }
}
