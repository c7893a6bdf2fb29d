extension ImageBuffer {
  /// The image at another size, bit for bit as Pillow's `Image.resize` makes it.
  ///
  /// The horizontal pass goes first, as in Pillow up to 12. Pillow 13 puts the vertical one first
  /// where the height shrinks by more pixels than twice what the width does; its roundings differ.
  public func resized(
    width: Int, height: Int, interpolation: Interpolation
  ) throws(ImagingError) -> ImageBuffer {
    try resized(
      width: width, height: height, columns: 0..<max(width, 0), rows: 0..<max(height, 0),
      interpolation: interpolation)
  }

  /// The columns and rows of `resized(width:height:interpolation:)`, without making the others.
  ///
  /// The horizontal pass goes first and rounds to 8 bits; each pass runs only where the size changes.
  func resized(
    width newWidth: Int, height newHeight: Int, columns: Range<Int>, rows: Range<Int>,
    interpolation: Interpolation
  ) throws(ImagingError) -> ImageBuffer {
    guard newWidth > 0, newHeight > 0, width > 0, height > 0 else {
      throw .invalidPreprocessing(
        reason: "cannot resize \(width)x\(height) to \(newWidth)x\(newHeight)")
    }
    _ = try Self.byteCount(width: newWidth, height: newHeight)
    if interpolation == .nearest {
      return nearest(width: newWidth, height: newHeight, columns: columns, rows: rows)
    }
    let vertical =
      newHeight == height
      ? nil
      : ResampleWeights(
        from: height, to: newHeight, window: rows, interpolation: interpolation)
    let neededRows = vertical?.inputRange ?? rows
    _ = try Self.byteCount(width: columns.count, height: neededRows.count)
    let narrowed =
      newWidth == width
      ? cropped(columns: columns, rows: neededRows)
      : resampledHorizontally(
        ResampleWeights(
          from: width, to: newWidth, window: columns, interpolation: interpolation),
        rows: neededRows)
    guard let vertical else { return narrowed }
    return narrowed.resampledVertically(vertical, firstRow: neededRows.lowerBound)
  }

  private func resampledHorizontally(
    _ weights: ResampleWeights, rows: Range<Int>
  ) -> ImageBuffer {
    let newWidth = weights.starts.count
    let inputStride = width * Self.channels
    let outputStride = newWidth * Self.channels
    return Self.filled(width: newWidth, height: rows.count) { output in
      pixels.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress else { return }
        for (index, row) in rows.enumerated() {
          resampleRow(input + row * inputStride, output + index * outputStride, weights)
        }
      }
    }
  }

  /// `firstRow` is the row of the original image that this image begins with.
  private func resampledVertically(_ weights: ResampleWeights, firstRow: Int) -> ImageBuffer {
    let stride = width * Self.channels
    let newHeight = weights.starts.count
    return Self.filled(width: width, height: newHeight) { output in
      pixels.withUnsafeBufferPointer { input in
        guard let input = input.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: stride) { sums in
          guard let sums = sums.baseAddress else { return }
          for y in 0..<newHeight {
            let first = input + (weights.starts[y] - firstRow) * stride
            sums.initialize(repeating: half, count: stride)
            for tap in 0..<weights.counts[y] {
              let weight = weights.values[y * weights.stride + tap]
              accumulate(first + tap * stride, times: weight, into: sums, count: stride)
            }
            round(sums, into: output + y * stride, count: stride)
          }
        }
      }
    }
  }

  private func nearest(
    width newWidth: Int, height newHeight: Int, columns: Range<Int>, rows: Range<Int>
  ) -> ImageBuffer {
    let sourceColumns = nearestIndices(from: width, to: newWidth)[columns]
    let sourceRows = nearestIndices(from: height, to: newHeight)[rows]
    var nearest: [UInt8] = []
    nearest.reserveCapacity(columns.count * rows.count * Self.channels)
    for row in sourceRows {
      for column in sourceColumns {
        let source = (row * width + column) * Self.channels
        nearest.append(contentsOf: pixels[source..<source + Self.channels])
      }
    }
    return ImageBuffer(width: columns.count, height: rows.count, pixels: nearest)
  }

  /// An image whose every byte `fill` writes.
  private static func filled(
    width: Int, height: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void
  ) -> ImageBuffer {
    let count = width * height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let base = buffer.baseAddress { fill(base) }
      initialized = count
    }
    return ImageBuffer(width: width, height: height, pixels: pixels)
  }
}

/// The input pixel under the centre of each output pixel. The position is a running sum, because
/// Pillow's is and the last bit decides ties.
private func nearestIndices(from input: Int, to output: Int) -> [Int] {
  let scale = Double(input) / Double(output)
  var position = scale * 0.5
  return (0..<output).map { _ in
    defer { position += scale }
    return min(Int(position), input - 1)
  }
}

// The loops below count with `while`: a `for` over a range is not optimised in a debug build, and
// tests on real images would take minutes.

/// One half in fixed point, so that the final shift rounds to nearest.
private let half = Int32(1) << (ResampleWeights.fractionBits - 1)

@inline(__always)
private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: max(0, min(255, sum >> Int32(ResampleWeights.fractionBits))))
}

private func resampleRow(
  _ input: UnsafePointer<UInt8>, _ output: UnsafeMutablePointer<UInt8>, _ weights: ResampleWeights
) {
  weights.values.withUnsafeBufferPointer { values in
    guard var weight = values.baseAddress else { return }
    var target = output
    for x in 0..<weights.starts.count {
      var source = input + weights.starts[x] * ImageBuffer.channels
      let count = weights.counts[x]
      var (red, green, blue) = (half, half, half)
      var tap = 0
      while tap < count {
        let value = weight[tap]
        red &+= Int32(source[0]) &* value
        green &+= Int32(source[1]) &* value
        blue &+= Int32(source[2]) &* value
        source += ImageBuffer.channels
        tap &+= 1
      }
      target[0] = clipped(red)
      target[1] = clipped(green)
      target[2] = clipped(blue)
      target += ImageBuffer.channels
      weight += weights.stride
    }
  }
}

private func accumulate(
  _ row: UnsafePointer<UInt8>, times weight: Int32, into sums: UnsafeMutablePointer<Int32>,
  count: Int
) {
  var i = 0
  while i < count {
    sums[i] &+= Int32(row[i]) &* weight
    i &+= 1
  }
}

private func round(
  _ sums: UnsafePointer<Int32>, into row: UnsafeMutablePointer<UInt8>, count: Int
) {
  var i = 0
  while i < count {
    row[i] = clipped(sums[i])
    i &+= 1
  }
}
