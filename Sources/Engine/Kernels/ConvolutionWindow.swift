/// Where a convolution's weights meet its input: what an observer needs to see the rows of its im2col matrix.
///
/// Row `p` of one image and group holds, for each (channel of the group, ky, kx), the input that this weight meets at
/// output position `p`; 0 outside the image. A 1-D convolution is a 2-D one of height 1.
package struct ConvolutionWindow: Sendable {
  private let shape: ConvolutionShape

  init(_ shape: ConvolutionShape) { self.shape = shape }

  package var groups: Int { shape.group }
  /// C/group · KH · KW.
  package var depth: Int { shape.depth }
  /// OH · OW.
  package var positions: Int { shape.positions }

  /// Writes the rows at some output positions of one image.
  /// - Parameters:
  ///   - image: C × H × W.
  ///   - rows: of the first group, positions × depth; those of the next start `groupStride` floats later.
  package func gather(
    _ image: UnsafePointer<Float>, at positions: [Int], into rows: UnsafeMutablePointer<Float>,
    groupStride: Int
  ) {
    let plane = shape.height * shape.width
    for group in 0..<groups {
      let channels = image + group * shape.inChannelsPerGroup * plane
      for (index, position) in positions.enumerated() {
        gather(channels, at: position, into: rows + group * groupStride + index * depth)
      }
    }
  }

  private func gather(
    _ channels: UnsafePointer<Float>, at position: Int, into row: UnsafeMutablePointer<Float>
  ) {
    let (y, x) = position.quotientAndRemainder(dividingBy: shape.outWidth)
    let (top, left) = (y * shape.strideY - shape.padTop, x * shape.strideX - shape.padLeft)
    var target = row
    for channel in 0..<shape.inChannelsPerGroup {
      let plane = channels + channel * shape.height * shape.width
      for ky in 0..<shape.kernelHeight {
        let inputY = top + ky * shape.dilationY
        let isInside = inputY >= 0 && inputY < shape.height
        for kx in 0..<shape.kernelWidth {
          let inputX = left + kx * shape.dilationX
          target.pointee =
            isInside && inputX >= 0 && inputX < shape.width
            ? plane[inputY * shape.width + inputX] : 0
          target += 1
        }
      }
    }
  }

  /// Adds to `sums` (groups × depth) the sum over all output positions of each column of one image's rows.
  package func addColumnSums(_ image: UnsafePointer<Float>, into sums: inout [Double]) {
    let plane = shape.height * shape.width
    let taps = shape.kernelHeight * shape.kernelWidth
    var lines = [Float](repeating: 0, count: shape.height)
    for channel in 0..<shape.inChannels {
      for kx in 0..<shape.kernelWidth {
        // Weights above one another meet the same lines.
        sumLines(of: image + channel * plane, kx: kx, into: &lines)
        for ky in 0..<shape.kernelHeight {
          sums[channel * taps + ky * shape.kernelWidth + kx] += columnSum(lines, ky: ky)
        }
      }
    }
  }

  /// For each line of the plane, the sum of the inputs that a column of weights meets in it.
  private func sumLines(of plane: UnsafePointer<Float>, kx: Int, into lines: inout [Float]) {
    let shift = kx * shape.dilationX - shape.padLeft
    let columns = validOutputs(
      shift: shift, stride: shape.strideX, input: shape.width, output: shape.outWidth)
    for y in lines.indices {
      let line = plane + y * shape.width + columns.lowerBound * shape.strideX + shift
      lines[y] = stridedSum(line, by: shape.strideX, count: columns.count)
    }
  }

  private func columnSum(_ lines: [Float], ky: Int) -> Double {
    let shift = ky * shape.dilationY - shape.padTop
    let rows = validOutputs(
      shift: shift, stride: shape.strideY, input: shape.height, output: shape.outHeight)
    var total = 0.0
    for y in rows { total += Double(lines[y * shape.strideY + shift]) }
    return total
  }
}

/// Eight partial sums, which the compiler keeps in vectors and which fix the order of summation.
private func stridedSum(_ values: UnsafePointer<Float>, by stride: Int, count: Int) -> Float {
  var partial = SIMD8<Float>.zero
  let whole = count & ~7
  var i = 0
  while i < whole {
    var next = SIMD8<Float>()
    if stride == 1 {
      next = UnsafeRawPointer(values + i).loadUnaligned(as: SIMD8<Float>.self)
    } else {
      for lane in 0..<8 { next[lane] = values[(i &+ lane) &* stride] }
    }
    partial += next
    i += 8
  }
  var total = partial.sum()
  while i < count {
    total += values[i &* stride]
    i += 1
  }
  return total
}
