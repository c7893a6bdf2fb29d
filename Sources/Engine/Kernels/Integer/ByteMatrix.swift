import CKernels

/// A matrix of codes as the product reads it: in strips of output blocks, columns beyond N are 0.
struct ByteMatrix: Sendable {
  let n: Int
  let k: Int
  private let values: AlignedValues<Int8>
  private let digits: Int
  private let ending: CodeEnding
  private let product: ByteProduct

  /// - Parameter layer: its weights are N × K; it has no residual.
  init(_ layer: CodeLayer, loops: BlockLoops = .best) {
    precondition(layer.residual == nil, "rows of a matrix are not blocked as a residual is")
    (n, k) = (layer.outputs, layer.depth)
    let parts = WeightDigits(layer).parts
    (digits, ending) = (parts.count, CodeEnding(layer))
    product = ByteProduct(loops, clampsPairs: layer.clampsPairs)
    let depth = Self.padded(k)
    values = AlignedValues(ChannelBlocks.count(n) * ChannelBlocks.lanes * depth * digits)
    for first in strips {
      var packing = BytePacking(
        values.base + weights(of: first), width: blocks(first) * ChannelBlocks.lanes,
        stepFactors: product.stepFactors)
      for part in parts {
        for factor in 0..<depth {
          packing.append { lane in
            let m = first * ChannelBlocks.lanes + lane
            return m < n && factor < k ? part[m * k + factor] : 0
          }
        }
      }
    }
  }

  /// A matrix whose products stay sums of raw codes, no zero point taken from them.
  /// - Parameters:
  ///   - codes: K × N, signed.
  init(
    _ codes: UnsafePointer<UInt8>, k: Int, n: Int, clampsPairs: Bool, loops: BlockLoops = .best
  ) {
    (self.n, self.k, digits) = (n, k, 1)
    ending = CodeEnding(sums: n)
    product = ByteProduct(loops, clampsPairs: clampsPairs)
    let (lanes, factors) = (ChannelBlocks.lanes, product.stepFactors)
    values = AlignedValues(
      repeating: 0, count: ChannelBlocks.count(n) * lanes * Self.padded(k))
    let rows = AlignedValues<UInt8>(n * factors)
    for k in stride(from: 0, to: k, by: factors) {
      loops.table.pointee.interleave(
        codes + k * n, Int32(min(factors, self.k - k)), Int64(n), Int32(factors), rows.base)
      for first in strips {
        let width = blocks(first) * lanes
        UnsafeMutableRawPointer(values.base + weights(of: first) + k * width).copyMemory(
          from: rows.base + first * lanes * factors,
          byteCount: min(width, n - first * lanes) * factors)
      }
    }
  }

  /// Factors of whole steps.
  private static func padded(_ k: Int) -> Int { (k + 3) / 4 * 4 }

  /// The first block of each strip.
  private var strips: [Int] {
    Array(stride(from: 0, to: ChannelBlocks.count(n), by: product.loops.blocksAtOnce))
  }

  private func blocks(_ first: Int) -> Int {
    min(product.loops.blocksAtOnce, ChannelBlocks.count(n) - first)
  }

  private func weights(of first: Int) -> Int {
    first * ChannelBlocks.lanes * Self.padded(k) * digits
  }

  /// - Parameters:
  ///   - x: rows × K codes.
  ///   - output: rows × N.
  func multiply(
    _ x: UnsafePointer<UInt8>, rows: Int, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    let width = ChannelBlocks.count(n) * ChannelBlocks.lanes
    let depth = Self.padded(k)
    let isCopied = depth != k
    let isWidened = product.elementSize > 1
    // Blocks are stored whole, which rows of N results do not hold.
    let sizes = [
      isCopied ? rows * depth : 0, isWidened ? rows * depth * product.elementSize : 0,
      width == n ? 0 : rows * width * output.elementSize,
    ].map { ($0 + 63) / 64 * 64 }
    let free = scratch.bytes(sizes.reduce(0, +)).assumingMemoryBound(to: UInt8.self)
    var source = x
    if isCopied {
      pad(x, rows: rows, into: free)
      source = UnsafePointer(free)
    }
    if isWidened {
      workers.widen(source, count: rows * depth, into: free + sizes[0], product.loops)
      source = UnsafePointer(free + sizes[0])
    }
    let wide = width == n ? output : output.moved(to: free + sizes[0] + sizes[1])
    multiply(source, rows, width, wide, workers)
    if width != n { wide.copyRows(rows, from: width, to: n, into: output) }
  }

  private func pad(_ x: UnsafePointer<UInt8>, rows: Int, into padded: UnsafeMutablePointer<UInt8>) {
    let depth = Self.padded(k)
    for row in 0..<rows {
      (padded + row * depth).update(from: x + row * k, count: k)
      (padded + row * depth + k).update(repeating: 0, count: depth - k)
    }
  }

  /// Rows of x that stay in the second-level cache while all strips pass over them.
  private static let bandBytes = 256 * 1024

  private func multiply(
    _ x: UnsafePointer<UInt8>, _ rows: Int, _ width: Int, _ output: CodeLayerOutput,
    _ workers: Workers
  ) {
    let strips = strips
    let rowBytes = Self.padded(k) * product.elementSize
    let band = max(14, Self.bandBytes / max(rowBytes, 1) / 14 * 14)
    let offsets = [Int32](repeating: 0, count: digits)
    workers.forEach((rows + band - 1) / band * strips.count) { unit in
      let (firstRow, first) = (unit / strips.count * band, strips[unit % strips.count])
      offsets.withUnsafeBufferPointer { offsets in
        var call = CKByteProduct()
        call.x = x + firstRow * rowBytes
        call.xStride = Int64(rowBytes)
        call.offsets = offsets.baseAddress
        call.runs = Int32(digits)
        call.runSteps = Int32(Self.padded(k) / product.stepFactors)
        call.weights = UnsafePointer(values.base + weights(of: first))
        call.to = ending.loops(from: first)
        call.yStride = Int64(width)
        call.yBlockStride = Int64(ChannelBlocks.lanes)
        call.pixels = Int32(min(band, rows - firstRow))
        call.blocks = Int32(blocks(first))
        call.write(output, at: firstRow * width + first * ChannelBlocks.lanes, ending)
        product.multiply(&call)
      }
    }
  }
}

extension CodeLayerOutput {
  /// Bytes of a result.
  fileprivate var elementSize: Int {
    switch self {
    case .codes: 1
    case .values, .sums: 4
    }
  }

  fileprivate func moved(to memory: UnsafeMutablePointer<UInt8>) -> CodeLayerOutput {
    switch self {
    case .codes: .codes(memory)
    case .values: .values(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Float.self))
    case .sums: .sums(UnsafeMutableRawPointer(memory).assumingMemoryBound(to: Int32.self))
    }
  }

  /// The first `count` results of each row.
  fileprivate func copyRows(
    _ rows: Int, from width: Int, to count: Int, into output: CodeLayerOutput
  ) {
    switch (self, output) {
    case (.codes(let wide, _), .codes(let codes, _)):
      for row in 0..<rows { (codes + row * count).update(from: wide + row * width, count: count) }
    case (.values(let wide), .values(let values)):
      for row in 0..<rows { (values + row * count).update(from: wide + row * width, count: count) }
    case (.sums(let wide), .sums(let sums)):
      for row in 0..<rows { (sums + row * count).update(from: wide + row * width, count: count) }
    default: break
    }
  }
}
