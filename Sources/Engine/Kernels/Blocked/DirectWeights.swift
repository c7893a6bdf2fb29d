/// A convolution's weights in the order in which `DirectConvolution` reads them.
struct DirectWeights: Sendable {
  /// Output blocks that are computed together, and what they read.
  struct Strip: Sendable {
    let firstBlock: Int
    let blocks: Int
    /// Input channels of all groups that the blocks touch; weights of other groups' channels are 0.
    let channels: Range<Int>
    /// Where the strip's weights start.
    let weights: Int
  }

  let order: FactorOrder
  let strips: [Strip]
  let values: AlignedFloats
  let bias: AlignedFloats

  /// - Parameters:
  ///   - weights: M × C/group × KH × KW.
  ///   - bias: M values, or nil.
  ///   - isBlocked: whether the input is; otherwise it is N × C × H × W.
  init(
    _ shape: ConvolutionShape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    isBlocked: Bool, blocksAtOnce: Int
  ) {
    order = FactorOrder(shape, isBlocked: isBlocked)
    strips = Self.strips(shape, blocksAtOnce: blocksAtOnce)
    self.bias = ChannelBlocks.padded(
      bias.map { UnsafeBufferPointer(start: $0, count: shape.outChannels) },
      channels: shape.outChannels)
    let taps = shape.kernelHeight * shape.kernelWidth
    values = AlignedFloats(
      strips.reduce(0) { $0 + $1.channels.count * taps * $1.blocks * ChannelBlocks.lanes })
    for strip in strips { pack(strip, shape, weights) }
  }

  private static func strips(_ shape: ConvolutionShape, blocksAtOnce: Int) -> [Strip] {
    let lanes = ChannelBlocks.lanes
    let blockCount = ChannelBlocks.count(shape.outChannels)
    // A strip over a border between groups multiplies by zeros; pairs are worth it only where they cross none.
    let pairs = shape.group == 1 || shape.outChannelsPerGroup % (blocksAtOnce * lanes) == 0
    let step = pairs ? blocksAtOnce : 1
    var strips: [Strip] = []
    var offset = 0
    for first in stride(from: 0, to: blockCount, by: step) {
      let blocks = min(step, blockCount - first)
      let last = min((first + blocks) * lanes, shape.outChannels) - 1
      let groups = first * lanes / shape.outChannelsPerGroup...last / shape.outChannelsPerGroup
      let channels =
        groups.lowerBound
        * shape.inChannelsPerGroup..<(groups.upperBound + 1)
        * shape.inChannelsPerGroup
      strips.append(
        Strip(firstBlock: first, blocks: blocks, channels: channels, weights: offset))
      offset += channels.count * shape.kernelHeight * shape.kernelWidth * blocks * lanes
    }
    return strips
  }

  private func pack(
    _ strip: Strip, _ shape: ConvolutionShape, _ weights: UnsafePointer<Float>
  ) {
    let width = strip.blocks * ChannelBlocks.lanes
    let depth = shape.inChannelsPerGroup
    let window = shape.kernelHeight * shape.kernelWidth
    var row = values.base + strip.weights
    order.forEachFactor(strip.channels) { channel, y, x in
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
