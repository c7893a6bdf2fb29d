import CKernels

/// The largest codes with which no pair of a run's weights leaves 16 bits, by run: of smaller codes, clamped products are the
/// exact ones.
struct PairLimits: Sendable {
  private let limits: AlignedValues<UInt8>

  /// - Parameters:
  ///   - weights: packed for clamped products, runs one after the other.
  ///   - runSize: weights of each run, by strip.
  init(_ weights: AlignedValues<Int8>, runSize: [(runs: Int, size: Int)]) {
    limits = AlignedValues(runSize.reduce(0) { $0 + $1.runs })
    var (run, start) = (0, 0)
    for (runs, size) in runSize {
      for _ in 0..<runs {
        limits[run] = Self.limit(UnsafeBufferPointer(start: weights.base + start, count: size))
        (run, start) = (run + 1, start + size)
      }
    }
  }

  var base: UnsafePointer<UInt8> { UnsafePointer(limits.base) }

  private static func limit(_ weights: UnsafeBufferPointer<Int8>) -> UInt8 {
    var (highest, lowest) = (1, -1)
    for pair in stride(from: 0, to: weights.count, by: 2) {
      let (a, b) = (Int(weights[pair]), Int(weights[pair + 1]))
      highest = max(highest, max(a, 0) + max(b, 0))
      lowest = min(lowest, min(a, 0) + min(b, 0))
    }
    return UInt8(min(255, 32767 / highest, 32768 / -lowest))
  }
}

/// The largest code of every group of neighbours that a clamped product takes at once.
struct LargestCodes {
  private let values: AlignedValues<UInt8>
  private let lanes: Int

  /// - Parameters:
  ///   - x: planes of pixels of `lanes` codes, 4 or 16.
  ///   - step: pixels from one that a product takes to the next.
  ///   - run: pixels that the codes of a run lie in.
  init(
    _ x: UnsafePointer<UInt8>, planes: Int, pixels: Int, lanes: Int, step: Int, run: Int,
    _ loops: BlockLoops, _ workers: Workers
  ) {
    let values = AlignedValues<UInt8>(planes * pixels)
    let span = (loops.pairPixels - 1) * step + run
    workers.forEach(planes) { plane in
      loops.table.pointee.largestCodes(
        x + plane * pixels * lanes, Int64(pixels), Int32(lanes), 1, Int32(span),
        values.base + plane * pixels)
    }
    (self.values, self.lanes) = (values, lanes)
  }

  /// - Parameters:
  ///   - x: rows of a matrix.
  ///   - length: of a row, a multiple of 16.
  init(_ x: UnsafePointer<UInt8>, rows: Int, length: Int, _ loops: BlockLoops) {
    lanes = ChannelBlocks.lanes
    values = AlignedValues(rows * length / lanes)
    loops.table.pointee.largestCodes(
      x, Int64(rows * length / lanes), Int32(lanes), Int64(length / lanes), Int32(loops.pairPixels),
      values.base)
  }

  /// Lets a product whose codes begin `offset` codes behind the first use the exact one where both are the same.
  func note(_ offset: Int, _ limits: UnsafePointer<UInt8>, in product: inout CKByteProduct) {
    product.limits = limits
    product.largest = UnsafePointer(values.base + offset / lanes)
    product.pixelShift = Int32(lanes.trailingZeroBitCount)
  }
}

extension BlockLoops {
  fileprivate var pairPixels: Int { Int(table.pointee.pairPixels) }
}
