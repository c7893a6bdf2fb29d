/// Slides a pool's window over every plane of the input, combining what lies under it.
///
/// The window's rows are combined first, into one padded row. That row is split by column modulo the stride, so that
/// the elements under one tap of neighbouring windows are neighbours too, and every loop has unit stride.
///
/// - Parameters:
///   - neutral: what padding holds; combining with it changes nothing.
///   - finish: called with each complete line of output and its row.
@inline(__always)
func sweepWindows(
  _ pool: PoolGeometry, _ call: OperatorCall, neutral: Float, combine: (Float, Float) -> Float,
  finish: (_ line: UnsafeMutablePointer<Float>, _ y: Int) -> Void
) {
  guard let (input, output) = call.floats else { return }
  guard pool.isMostlyInside else {
    return sweepSparsely(pool, call, neutral: neutral, combine: combine, finish: finish)
  }
  let stride = pool.outWidth == 1 ? 1 : pool.stride.x
  let reach = (pool.outWidth - 1) * stride + (pool.kernel.x - 1) * pool.dilation.x + 1
  let phaseLength = (max(reach, pool.padBegin.x + pool.width) + stride - 1) / stride
  let padded = call.scratch.floats(2 * phaseLength * stride)
  let phases = stride == 1 ? padded : padded + phaseLength * stride
  padded.update(repeating: neutral, count: phaseLength * stride)
  let row = padded + pool.padBegin.x
  for plane in 0..<pool.planes {
    let source = input + plane * pool.height * pool.width
    for y in 0..<pool.outHeight {
      combineRows(pool, source, y, neutral, into: row, combine)
      if stride > 1 { split(padded, stride, phaseLength, into: phases) }
      let line = output + (plane * pool.outHeight + y) * pool.outWidth
      for tap in 0..<pool.kernel.x {
        let offset = tap * pool.dilation.x
        let values = phases + (offset % stride) * phaseLength + offset / stride
        if tap == 0 {
          line.update(from: values, count: pool.outWidth)
        } else {
          for x in 0..<pool.outWidth { line[x] = combine(line[x], values[x]) }
        }
      }
      finish(line, y)
    }
  }
}

extension PoolGeometry {
  /// Whether windows see more of the input than of padding, so that work in proportion to the padded rows is well spent.
  fileprivate var isMostlyInside: Bool {
    [kernel.x, stride.x, padBegin.x, padEnd.x].allSatisfy { $0 <= width }
  }
}

/// The same, looking only at what lies inside the input: windows and padding may be large in a small file.
@inline(__always)
private func sweepSparsely(
  _ pool: PoolGeometry, _ call: OperatorCall, neutral: Float, combine: (Float, Float) -> Float,
  finish: (_ line: UnsafeMutablePointer<Float>, _ y: Int) -> Void
) {
  guard let (input, output) = call.floats else { return }
  let row = call.scratch.floats(max(pool.width, 1))
  for plane in 0..<pool.planes {
    for y in 0..<pool.outHeight {
      combineRows(pool, input + plane * pool.height * pool.width, y, neutral, into: row, combine)
      let line = output + (plane * pool.outHeight + y) * pool.outWidth
      for x in 0..<pool.outWidth {
        let start = x * pool.stride.x - pool.padBegin.x
        line[x] = pool.columns(x).reduce(neutral) {
          combine($0, row[start + $1 * pool.dilation.x])
        }
      }
      finish(line, y)
    }
  }
}

@inline(__always)
private func combineRows(
  _ pool: PoolGeometry, _ source: UnsafePointer<Float>, _ y: Int, _ neutral: Float,
  into row: UnsafeMutablePointer<Float>, _ combine: (Float, Float) -> Float
) {
  let taps = pool.rows(y)
  let start = y * pool.stride.y - pool.padBegin.y
  guard let first = taps.first else {
    row.update(repeating: neutral, count: pool.width)
    return
  }
  row.update(from: source + (start + first * pool.dilation.y) * pool.width, count: pool.width)
  for tap in taps.dropFirst() {
    let line = source + (start + tap * pool.dilation.y) * pool.width
    for x in 0..<pool.width { row[x] = combine(row[x], line[x]) }
  }
}

/// Column c of the row goes to place c / stride of phase c mod stride.
private func split(
  _ row: UnsafePointer<Float>, _ stride: Int, _ length: Int,
  into phases: UnsafeMutablePointer<Float>
) {
  if stride == 2 {
    let (even, odd) = (phases, phases + length)
    for i in 0..<length {
      even[i] = row[2 &* i]
      odd[i] = row[2 &* i &+ 1]
    }
    return
  }
  for phase in 0..<stride {
    let target = phases + phase * length
    for i in 0..<length { target[i] = row[i &* stride &+ phase] }
  }
}
