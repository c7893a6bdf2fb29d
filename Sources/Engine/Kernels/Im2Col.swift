/// Writes columns `columns` of one image's im2col matrix for one group.
///
/// Row (c, ky, kx) holds, for each output position, the input that this weight meets there; 0 outside the image.
/// - Parameters:
///   - image: C/group × H × W.
///   - rows: first of `shape.depth` rows, `stride` floats apart; each gets `columns.count` values.
func im2col(
  _ image: UnsafePointer<Float>, _ shape: ConvolutionShape, columns: Range<Int>,
  into rows: UnsafeMutablePointer<Float>, stride: Int
) {
  var row = rows
  for channel in 0..<shape.inChannelsPerGroup {
    let plane = image + channel * shape.height * shape.width
    for ky in 0..<shape.kernelHeight {
      for kx in 0..<shape.kernelWidth {
        im2colRow(plane, shape, ky: ky, kx: kx, columns: columns, into: row)
        row += stride
      }
    }
  }
}

private func im2colRow(
  _ plane: UnsafePointer<Float>, _ shape: ConvolutionShape, ky: Int, kx: Int,
  columns: Range<Int>, into row: UnsafeMutablePointer<Float>
) {
  let shiftX = kx * shape.dilationX - shape.padLeft
  let shiftY = ky * shape.dilationY - shape.padTop
  let inside = validOutputs(
    shift: shiftX, stride: shape.strideX, input: shape.width, output: shape.outWidth)
  let lines = validOutputs(
    shift: shiftY, stride: shape.strideY, input: shape.height, output: shape.outHeight)
  let filled = (lines.lowerBound * shape.outWidth..<lines.upperBound * shape.outWidth)
    .clamped(to: columns)
  row.update(repeating: 0, count: filled.lowerBound - columns.lowerBound)
  var target = row + (filled.lowerBound - columns.lowerBound)
  var position = filled.lowerBound
  while position < filled.upperBound {
    let (y, x0) = position.quotientAndRemainder(dividingBy: shape.outWidth)
    let x1 = min(shape.outWidth, x0 + filled.upperBound - position)
    let low = min(max(inside.lowerBound, x0), x1)
    let high = max(min(inside.upperBound, x1), low)
    target.update(repeating: 0, count: low - x0)
    copyStrided(
      plane + (y * shape.strideY + shiftY) * shape.width, from: low * shape.strideX + shiftX,
      by: shape.strideX, count: high - low, into: target + (low - x0))
    (target + (high - x0)).update(repeating: 0, count: x1 - high)
    target += x1 - x0
    position += x1 - x0
  }
  target.update(repeating: 0, count: columns.upperBound - filled.upperBound)
}

/// Output positions whose input `position · stride + shift` lies inside `0..<input`.
func validOutputs(shift: Int, stride: Int, input: Int, output: Int) -> Range<Int> {
  let low = shift >= 0 ? 0 : (-shift + stride - 1) / stride
  let last = input - 1 - shift
  let high = last < 0 ? 0 : min(output, last / stride + 1)
  return min(low, output)..<max(high, min(low, output))
}

/// Copies every `stride`-th float of a line.
@inline(__always)
func copyStrided(
  _ line: UnsafePointer<Float>, from start: Int, by stride: Int, count: Int,
  into target: UnsafeMutablePointer<Float>
) {
  guard count > 0 else { return }
  let source = line + start
  if stride == 1 {
    target.update(from: source, count: count)
  } else {
    for i in 0..<count { target[i] = source[i &* stride] }
  }
}
