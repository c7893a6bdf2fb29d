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
    let taps = shape.kernelHeight * shape.kernelWidth
    let corners = positions.map { Corner($0, shape) }
    // By channel, whose plane stays in the cache.
    for channel in 0..<shape.inChannels {
      let (group, own) = channel.quotientAndRemainder(dividingBy: shape.inChannelsPerGroup)
      gather(
        image + channel * plane, at: corners, into: rows + group * groupStride + own * taps)
    }
  }

  /// One channel's part of the rows.
  private func gather(
    _ plane: UnsafePointer<Float>, at corners: [Corner], into rows: UnsafeMutablePointer<Float>
  ) {
    var row = rows
    for corner in corners {
      if corner.isInside {
        copy(from: plane + corner.y * shape.width + corner.x, into: row)
      } else {
        copyInside(of: plane, at: corner, into: row)
      }
      row += depth
    }
  }

  @inline(__always)
  private func copy(from start: UnsafePointer<Float>, into row: UnsafeMutablePointer<Float>) {
    var (line, target) = (start, row)
    for _ in 0..<shape.kernelHeight {
      for kx in 0..<shape.kernelWidth { target[kx] = line[kx &* shape.dilationX] }
      line += shape.dilationY &* shape.width
      target += shape.kernelWidth
    }
  }

  private func copyInside(
    of plane: UnsafePointer<Float>, at corner: Corner, into row: UnsafeMutablePointer<Float>
  ) {
    var target = row
    for ky in 0..<shape.kernelHeight {
      let y = corner.y + ky * shape.dilationY
      let isInside = y >= 0 && y < shape.height
      for kx in 0..<shape.kernelWidth {
        let x = corner.x + kx * shape.dilationX
        target.pointee = isInside && x >= 0 && x < shape.width ? plane[y * shape.width + x] : 0
        target += 1
      }
    }
  }

  /// Where the first weight of an output position meets the image.
  private struct Corner {
    let y: Int
    let x: Int
    /// Whether all weights meet it.
    let isInside: Bool

    init(_ position: Int, _ shape: ConvolutionShape) {
      let (row, column) = position.quotientAndRemainder(dividingBy: shape.outWidth)
      y = row * shape.strideY - shape.padTop
      x = column * shape.strideX - shape.padLeft
      isInside =
        y >= 0 && x >= 0 && y + (shape.kernelHeight - 1) * shape.dilationY < shape.height
        && x + (shape.kernelWidth - 1) * shape.dilationX < shape.width
    }
  }

  /// Adds to `sums` (groups × depth) the sum over all output positions of each column of one image's rows.
  package func addColumnSums(_ image: UnsafePointer<Float>, into sums: inout [Double]) {
    let plane = shape.height * shape.width
    guard plane > 0 else { return }
    let taps = shape.kernelHeight * shape.kernelWidth
    let sets = lineSets()
    var lines = [Float](repeating: 0, count: 2 * shape.width)
    lines.withUnsafeMutableBufferPointer { lines in
      let shared = lines.baseAddress!
      let own = shared + shape.width
      for channel in 0..<shape.inChannels {
        let plane = image + channel * plane
        for set in sets {
          shared.update(repeating: 0, count: shape.width)
          addLines(set.shared, of: plane, to: shared)
          for (ky, lines) in set.lines {
            own.update(from: shared, count: shape.width)
            for lines in set.unshared(of: lines) { addLines(lines, of: plane, to: own) }
            for kx in 0..<shape.kernelWidth {
              sums[channel * taps + ky * shape.kernelWidth + kx] += Double(columnSum(own, kx: kx))
            }
          }
        }
      }
    }
  }

  /// Weights above one another that meet nearly the same lines of the image: each its own, from the first in steps of the stride,
  /// and those that all of them meet.
  private struct LineSet {
    var lines: [(ky: Int, lines: Range<Int>)] = []
    var shared = 0..<0

    /// What lies before and behind the shared ones.
    func unshared(of lines: Range<Int>) -> [Range<Int>] {
      let end = min(lines.upperBound, shared.lowerBound)
      let start = min(max(lines.lowerBound, shared.upperBound), lines.upperBound)
      return [lines.lowerBound..<end, start..<lines.upperBound]
    }
  }

  private func lineSets() -> [LineSet] {
    var sets = [LineSet](repeating: LineSet(), count: shape.strideY)
    for ky in 0..<shape.kernelHeight {
      let shift = ky * shape.dilationY - shape.padTop
      let met = validOutputs(
        shift: shift, stride: shape.strideY, input: shape.height, output: shape.outHeight)
      guard !met.isEmpty else { continue }
      let lines = met.lowerBound * shape.strideY + shift..<met.upperBound * shape.strideY + shift
      sets[lines.lowerBound % shape.strideY].lines.append((ky, lines))
    }
    for index in sets.indices {
      let first = sets[index].lines.map(\.lines.lowerBound).max() ?? 0
      let end = sets[index].lines.map(\.lines.upperBound).min() ?? 0
      sets[index].shared = first..<max(first, end)
    }
    return sets
  }

  private func addLines(
    _ lines: Range<Int>, of plane: UnsafePointer<Float>, to sums: UnsafeMutablePointer<Float>
  ) {
    for y in stride(from: lines.lowerBound, to: lines.upperBound, by: shape.strideY) {
      let line = plane + y * shape.width
      for x in 0..<shape.width { sums[x] += line[x] }
    }
  }

  /// Of a line, the sum of what a column of weights meets in it.
  private func columnSum(_ line: UnsafePointer<Float>, kx: Int) -> Float {
    let shift = kx * shape.dilationX - shape.padLeft
    let met = validOutputs(
      shift: shift, stride: shape.strideX, input: shape.width, output: shape.outWidth)
    guard !met.isEmpty else { return 0 }
    return stridedSum(
      line + met.lowerBound * shape.strideX + shift, by: shape.strideX, count: met.count)
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
