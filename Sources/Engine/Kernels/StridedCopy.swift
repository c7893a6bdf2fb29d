/// Copies a tensor of any element type along strides: the one loop behind Transpose, Slice and their kin.
///
/// - Parameters:
///   - shape: the output's dimensions.
///   - strides: elements to move in the source for a step along each output axis; may be negative.
///   - offset: the source element of the output's first.
func stridedCopy(
  _ source: UnsafeRawPointer, offset: Int, strides: [Int], shape: Shape, elementSize: Int,
  into target: UnsafeMutableRawPointer
) {
  guard shape.elementCount > 0 else { return }
  switch elementSize {
  case 1: copy(source.assumingMemoryBound(to: UInt8.self))
  case 2: copy(source.assumingMemoryBound(to: UInt16.self))
  case 4: copy(source.assumingMemoryBound(to: UInt32.self))
  default: copy(source.assumingMemoryBound(to: UInt64.self))
  }

  func copy<T: BitwiseCopyable>(_ source: UnsafePointer<T>) {
    let target = target.assumingMemoryBound(to: T.self)
    let runLength = shape.dims.last ?? 1
    let step = strides.last ?? 1
    var index = [Int](repeating: 0, count: max(shape.rank - 1, 0))
    var position = offset
    var written = 0
    while true {
      let line = source + position
      if step == 1 {
        (target + written).update(from: line, count: runLength)
      } else {
        for i in 0..<runLength { target[written + i] = line[i &* step] }
      }
      written += runLength
      var axis = shape.rank - 2
      while axis >= 0 {
        index[axis] += 1
        position += strides[axis]
        if index[axis] < shape[axis] { break }
        position -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}

/// Copies a tensor of `shape` so that the target's axis i is its axis `order[i]`.
func permutedCopy(
  _ source: UnsafeRawPointer, _ shape: Shape, order: [Int], elementSize: Int,
  into target: UnsafeMutableRawPointer
) {
  let strides = shape.strides
  stridedCopy(
    source, offset: 0, strides: order.map { strides[$0] }, shape: Shape(order.map { shape[$0] }),
    elementSize: elementSize, into: target)
}

/// Elements to move in a tensor of `shape` for a step along each axis of `output`, to which it broadcasts.
func broadcastStrides(of shape: Shape, to output: Shape) -> [Int] {
  let own = zip(shape.dims, shape.strides).map { dim, stride in dim == 1 ? 0 : stride }
  return [Int](repeating: 0, count: output.rank - shape.rank) + own
}
