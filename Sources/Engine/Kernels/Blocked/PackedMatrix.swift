import CKernels

/// A constant K × N matrix in strips of output blocks, as the product loop reads it.
///
/// The packed values are ⌈N/16⌉ · 16 · K floats: strips of `blocksAtOnce` blocks (the last one may have fewer), each
/// K rows of its columns; columns beyond N are 0.
struct PackedMatrix {
  let k: Int
  let n: Int
  let loops = BlockLoops.best

  static func count(k: Int, n: Int) -> Int { k * ChannelBlocks.count(n) * ChannelBlocks.lanes }

  /// - Parameters:
  ///   - matrix: K × N, or N × K where `isTransposed`.
  ///   - factor: multiplies every element.
  func pack(
    _ matrix: UnsafePointer<Float>, isTransposed: Bool, factor: Float,
    into packed: UnsafeMutablePointer<Float>
  ) {
    let (rowStep, columnStep) = isTransposed ? (1, k) : (n, 1)
    forEachStrip { first, width in
      let strip = packed + first * k
      for column in 0..<width {
        let source = matrix + (first + column) * columnStep
        for row in 0..<k {
          strip[row * width + column] =
            first + column < n ? source[row * rowStep] * factor : 0
        }
      }
    }
  }

  /// y = epilogue(x · matrix + bias).
  /// - Parameters:
  ///   - x: rows × K.
  ///   - bias: ⌈N/16⌉ · 16 values.
  ///   - y: rows × N.
  func multiply(
    _ x: UnsafePointer<Float>, rows: Int, packed: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, epilogue: Epilogue, into y: UnsafeMutablePointer<Float>,
    scratch: Scratch, workers: Workers
  ) {
    let lanes = ChannelBlocks.lanes
    let width = ChannelBlocks.count(n) * lanes
    // Blocks are stored whole and aligned, which rows of N floats may not be.
    let target = width == n ? y : scratch.floats(rows * width)
    let band = max(14, Self.bandFloats / max(k, 1) / 14 * 14)
    let strips = (ChannelBlocks.count(n) + loops.blocksAtOnce - 1) / loops.blocksAtOnce
    let bands = (rows + band - 1) / band
    workers.forEach(strips * bands) { unit in
      let firstRow = unit / strips * band
      let first = unit % strips * loops.blocksAtOnce * lanes
      var (zero, own) = (Int32(0), epilogue.loops())
      withUnsafePointer(to: &zero) { offset in
        var product = CKProduct()
        product.x = x + firstRow * k
        product.xStride = Int64(k)
        product.offsets = offset
        product.runs = 1
        product.runLength = Int32(k)
        product.weights = packed + first * k
        product.bias = bias + first
        product.y = target + firstRow * width + first
        product.yStride = Int64(width)
        product.yBlockStride = Int64(lanes)
        product.pixels = Int32(min(band, rows - firstRow))
        product.blocks = Int32(min(loops.blocksAtOnce, (width - first) / lanes))
        loops.table.pointee.multiply(&product, &own)
      }
    }
    guard width != n else { return }
    for row in 0..<rows { (y + row * n).update(from: target + row * width, count: n) }
  }

  /// Rows of x that stay in the second-level cache while all strips pass over them.
  private static let bandFloats = 64 * 1024

  /// Calls `body` with each strip's first column and its number of columns.
  private func forEachStrip(_ body: (_ first: Int, _ width: Int) -> Void) {
    let step = loops.blocksAtOnce * ChannelBlocks.lanes
    let width = ChannelBlocks.count(n) * ChannelBlocks.lanes
    for first in stride(from: 0, to: width, by: step) { body(first, min(step, width - first)) }
  }
}
