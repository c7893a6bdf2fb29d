/// The largest absolute value at each place of each axis of an output, over any number of images.
public struct AxisMaxima: Sendable, Codable, Hashable {
  public let shape: [Int]
  /// As many values for an axis as it is long.
  public private(set) var axes: [[Float]]

  public init(shape: [Int]) {
    self.shape = shape
    axes = shape.map { [Float](repeating: 0, count: $0) }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    shape = try container.decode([Int].self, forKey: .shape)
    axes = try container.decode([[Float]].self, forKey: .axes)
    guard axes.map(\.count) == shape, axes.joined().allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not maxima along axes"))
    }
  }

  /// Takes the finite values of one image, row-major.
  ///
  /// - Precondition: as many values as the shape holds.
  public mutating func add(_ values: ArraySlice<Float>) {
    precondition(values.count == shape.reduce(1, *), "maxima are of outputs of one shape")
    var inner = 1
    for axis in shape.indices.reversed() {
      add(values, axis: axis, inner: inner)
      inner *= shape[axis]
    }
  }

  private mutating func add(_ values: ArraySlice<Float>, axis: Int, inner: Int) {
    guard !values.isEmpty else { return }
    let starts = stride(from: values.startIndex, to: values.endIndex, by: inner)
    for (block, start) in starts.enumerated() {
      let place = block % shape[axis]
      for value in values[start..<start + inner] where value.isFinite {
        axes[axis][place] = max(axes[axis][place], abs(value))
      }
    }
  }

  /// Takes what was seen elsewhere; the order does not matter.
  public mutating func merge(_ other: AxisMaxima) {
    precondition(other.shape == shape, "maxima are of outputs of one shape")
    for axis in axes.indices {
      for place in axes[axis].indices {
        axes[axis][place] = max(axes[axis][place], other.axes[axis][place])
      }
    }
  }
}
