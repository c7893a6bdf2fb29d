/// A convolution's weights in the order in which `DirectConvolution` reads them.
struct DirectWeights: Sendable {
  /// Output blocks that are computed together, and what they read.
  struct Strip: Sendable {
    let firstBlock: Int
    let blocks: Int
    /// Input channels of all groups that the blocks touch; weights of other groups' channels are 0.
    let channels: Range<Int>
  }

  /// A part of a strip's sums.
  struct Piece: Sendable {
    let strip: Strip
    /// Those of the strip's channels, in the factors' order.
    let runs: Range<Int>
    /// Whether the sums begin with the bias, and whether they end here.
    let isFirst: Bool
    let isLast: Bool
    /// Where the piece's weights start.
    let weights: Int
  }

  let order: FactorOrder
  /// The pieces of all strips for the first part of their sums, then for the next: as they follow each other in `values`.
  let parts: [[Piece]]
  let values: AlignedFloats
  let bias: AlignedFloats

  /// - Parameters:
  ///   - weights: M × C/group × KH × KW.
  ///   - bias: M values, or nil.
  ///   - isBlocked: whether the input is; otherwise it is N × C × H × W.
  init(
    _ shape: ConvolutionShape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    isBlocked: Bool, loops: BlockLoops
  ) {
    order = FactorOrder(shape, isBlocked: isBlocked)
    let strips = Self.strips(shape, blocksAtOnce: loops.blocksAtOnce)
    self.bias = ChannelBlocks.padded(
      bias.map { UnsafeBufferPointer(start: $0, count: shape.outChannels) },
      channels: shape.outChannels)
    let taps = shape.kernelHeight * shape.kernelWidth
    let depths = strips.map { $0.channels.count * taps }
    parts = Self.parts(
      strips, runs: depths.map { [order] in $0 / order.length }, runLength: order.length,
      factorsAtOnce: loops.factorsAtOnce)
    values = AlignedFloats(
      zip(strips, depths).reduce(0) { $0 + $1.0.blocks * ChannelBlocks.lanes * $1.1 })
    for (index, strip) in strips.enumerated() {
      let runs = order.runs(strip.channels)
      for part in parts { pack(part[index], runs[part[index].runs], shape, weights) }
    }
  }

  static func strips(_ shape: ConvolutionShape, blocksAtOnce: Int) -> [Strip] {
    let lanes = ChannelBlocks.lanes
    let blockCount = ChannelBlocks.count(shape.outChannels)
    // A strip over a border between groups multiplies by zeros; pairs are worth it only where they cross none.
    let pairs = shape.group == 1 || shape.outChannelsPerGroup % (blocksAtOnce * lanes) == 0
    let step = pairs ? blocksAtOnce : 1
    var strips: [Strip] = []
    for first in stride(from: 0, to: blockCount, by: step) {
      let blocks = min(step, blockCount - first)
      let last = min((first + blocks) * lanes, shape.outChannels) - 1
      let groups = first * lanes / shape.outChannelsPerGroup...last / shape.outChannelsPerGroup
      let channels =
        groups.lowerBound
        * shape.inChannelsPerGroup..<(groups.upperBound + 1)
        * shape.inChannelsPerGroup
      strips.append(Strip(firstBlock: first, blocks: blocks, channels: channels))
    }
    return strips
  }

  /// Parts of nearly equal length, of `factorsAtOnce` at most.
  /// - Parameter runs: of each strip.
  private static func parts(
    _ strips: [Strip], runs: [Int], runLength: Int, factorsAtOnce: Int
  ) -> [[Piece]] {
    let most = max(1, factorsAtOnce / runLength)
    let count = max(1, ((runs.max() ?? 0) + most - 1) / most)
    var start = 0
    return (0..<count).map { part in
      zip(strips, runs).map { strip, runs in
        let own = runs * part / count..<runs * (part + 1) / count
        defer { start += own.count * runLength * strip.blocks * ChannelBlocks.lanes }
        return Piece(
          strip: strip, runs: own, isFirst: part == 0, isLast: part == count - 1, weights: start)
      }
    }
  }

  private func pack(
    _ piece: Piece, _ runs: ArraySlice<FactorOrder.Run>, _ shape: ConvolutionShape,
    _ weights: UnsafePointer<Float>
  ) {
    let strip = piece.strip
    let width = strip.blocks * ChannelBlocks.lanes
    let depth = shape.inChannelsPerGroup
    let window = shape.kernelHeight * shape.kernelWidth
    var row = values.base + piece.weights
    order.forEachFactor(runs) { channel, y, x in
      let tap = y * shape.kernelWidth + x
      for lane in 0..<width {
        let m = strip.firstBlock * ChannelBlocks.lanes + lane
        let own = channel - m / shape.outChannelsPerGroup * depth
        row[lane] =
          m < shape.outChannels && own >= 0 && own < depth
          ? weights[(m * depth + own) * window + tap] : 0
      }
      row += width
    }
  }
}
