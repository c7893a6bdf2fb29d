extension ImageBuffer {
  /// The image at another size, equal to Pillow's `Image.resize` bit for bit.
  ///
  /// A horizontal pass, then a vertical one on its 8-bit result, each only where the size changes.
  public func resized(width: Int, height: Int, _ filter: Interpolation) -> ImageBuffer {
    precondition(width > 0 && height > 0, "an image is resized to at least one pixel")
    if filter == .nearest { return resizedToNearest(width: width, height: height) }
    guard height != self.height else {
      return resizedHorizontally(to: width, rows: 0..<height, filter)
    }
    let vertical = ResamplingTable(from: self.height, to: height, filter)
    // Only rows that the vertical pass reads go through the horizontal one.
    let first = vertical.starts[0]
    let last = vertical.starts[height - 1] + vertical.counts[height - 1]
    return resizedHorizontally(to: width, rows: first..<last, filter)
      .resampledVertically(vertical, to: height, firstRow: first)
  }

  private func resizedHorizontally(
    to width: Int, rows: Range<Int>, _ filter: Interpolation
  ) -> ImageBuffer {
    guard width != self.width else {
      let row = self.width * 3
      let kept =
        rows.count == height ? pixels : Array(pixels[rows.lowerBound * row..<rows.upperBound * row])
      return ImageBuffer(width: width, height: rows.count, pixels: kept)
    }
    let table = ResamplingTable(from: self.width, to: width, filter)
    let bytes = [UInt8](unsafeUninitializedCapacity: width * rows.count * 3) { target, count in
      pixels.withUnsafeBufferPointer { source in
        for (index, row) in rows.enumerated() {
          resampleRow(
            source.baseAddress! + row * self.width * 3, table,
            into: target.baseAddress! + index * width * 3)
        }
      }
      count = width * rows.count * 3
    }
    return ImageBuffer(width: width, height: rows.count, pixels: bytes)
  }

  private func resampledVertically(
    _ table: ResamplingTable, to height: Int, firstRow: Int
  ) -> ImageBuffer {
    let rowSize = width * 3
    var sums = [Int32](repeating: 0, count: rowSize)
    let bytes = [UInt8](unsafeUninitializedCapacity: rowSize * height) { target, count in
      pixels.withUnsafeBufferPointer { source in
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<height {
            let start = source.baseAddress! + (table.starts[y] - firstRow) * rowSize
            resampleColumns(
              start, table, place: y, rowSize: rowSize, sums: sums.baseAddress!,
              into: target.baseAddress! + y * rowSize)
          }
        }
      }
      count = rowSize * height
    }
    return ImageBuffer(width: width, height: height, pixels: bytes)
  }

  private func resizedToNearest(width: Int, height: Int) -> ImageBuffer {
    let columns = nearestPlaces(from: self.width, to: width)
    let rows = nearestPlaces(from: self.height, to: height)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * height * 3)
    for y in rows {
      for x in columns {
        let start = (y * self.width + x) * 3
        bytes.append(contentsOf: pixels[start..<start + 3])
      }
    }
    return ImageBuffer(width: width, height: height, pixels: bytes)
  }
}

/// Pillow steps through the source by repeated addition, whose rounding is part of the result.
private func nearestPlaces(from source: Int, to target: Int) -> [Int] {
  let scale = Double(source) / Double(target)
  var place = scale * 0.5
  return (0..<target).map { _ in
    defer { place += scale }
    return min(Int(place), source - 1)
  }
}

private let half = Int32(1) << (ResamplingTable.precisionBits - 1)

@inline(__always)
private func clipped(_ sum: Int32) -> UInt8 {
  let value = sum >> Int32(ResamplingTable.precisionBits)
  return UInt8(truncatingIfNeeded: value < 0 ? 0 : value > 255 ? 255 : value)
}

private func resampleRow(
  _ source: UnsafePointer<UInt8>, _ table: ResamplingTable, into target: UnsafeMutablePointer<UInt8>
) {
  table.weights.withUnsafeBufferPointer { weights in
    for place in table.starts.indices {
      let weight = weights.baseAddress! + place * table.stride
      let pixel = source + table.starts[place] * 3
      var (red, green, blue) = (half, half, half)
      for i in 0..<table.counts[place] {
        red &+= Int32(pixel[3 &* i]) &* weight[i]
        green &+= Int32(pixel[3 &* i &+ 1]) &* weight[i]
        blue &+= Int32(pixel[3 &* i &+ 2]) &* weight[i]
      }
      target[3 &* place] = clipped(red)
      target[3 &* place &+ 1] = clipped(green)
      target[3 &* place &+ 2] = clipped(blue)
    }
  }
}

private func resampleColumns(
  _ source: UnsafePointer<UInt8>, _ table: ResamplingTable, place: Int, rowSize: Int,
  sums: UnsafeMutablePointer<Int32>, into target: UnsafeMutablePointer<UInt8>
) {
  sums.update(repeating: half, count: rowSize)
  for i in 0..<table.counts[place] {
    let weight = table.weights[place * table.stride + i]
    let row = source + i * rowSize
    for x in 0..<rowSize { sums[x] &+= Int32(row[x]) &* weight }
  }
  for x in 0..<rowSize { target[x] = clipped(sums[x]) }
}
