/// Indices into an axis, which count from its end where they are negative.
extension Array where Element == Operand? {
  func requiredIndices(_ index: Int, _ name: String) throws(GraphError) -> Shape {
    let type = try required(index, name).type
    guard type.dtype == .int64 || type.dtype == .int32 else {
      throw .wrongInput(name: name, reason: "have type \(type.dtype), not int32 or int64")
    }
    return type.shape
  }
}

/// `index` counted from the start of an axis of `size` elements.
func resolve(index: Int, size: Int, _ name: String = "indices") throws(GraphError) -> Int {
  guard (-size..<size).contains(index) else {
    throw .wrongInput(name: name, reason: "hold \(index), the axis has size \(size)")
  }
  return index < 0 ? index + size : index
}

extension Shape {
  /// The axis an attribute names.
  func required(axis: Int) throws(GraphError) -> Int {
    guard let resolved = resolve(axis: axis) else {
      throw .badAttribute(name: "axis", reason: "\(axis) is out of range for \(self)")
    }
    return resolved
  }
}

/// Where each element of an indices tensor, applied along `axis`, lies in `data`.
func elementOffsets(
  _ indices: [Int], of shape: Shape, along axis: Int, in data: Shape
) throws(GraphError) -> [Int] {
  let strides = data.strides
  var offsets = [Int](repeating: 0, count: indices.count)
  try shape.forEachIndex { (number, index) throws(GraphError) in
    var offset = 0
    for (a, i) in index.enumerated() where a != axis { offset += i * strides[a] }
    offset += try resolve(index: indices[number], size: data[axis]) * strides[axis]
    offsets[number] = offset
  }
  return offsets
}

/// Checks that an indices tensor reaches, beside `axis`, no further than the data.
func checkElementIndices(_ indices: Shape, _ data: Shape, axis: Int) throws(GraphError) {
  guard indices.rank == data.rank,
    data.dims.indices.allSatisfy({ $0 == axis || indices[$0] <= data[$0] })
  else { throw .shapeMismatch(reason: "indices \(indices) do not fit data \(data)") }
}
