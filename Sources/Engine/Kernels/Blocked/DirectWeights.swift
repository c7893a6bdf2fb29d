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

/// How the factors of a pixel's sum follow each other: runs of neighbours in memory. A run is some channels of a
/// blocked input at one window position, or a row of the window in a dense one.
struct FactorOrder: Sendable {
  let length: Int
  let isBlocked: Bool
  private let kernel: (height: Int, width: Int)
  private let dilation: (y: Int, x: Int)

  init(_ shape: ConvolutionShape, isBlocked: Bool) {
    self.isBlocked = isBlocked
    kernel = (shape.kernelHeight, shape.kernelWidth)
    dilation = (shape.dilationY, shape.dilationX)
    length =
      isBlocked
      ? [16, 8, 4, 2].first { shape.inChannelsPerGroup % $0 == 0 } ?? 1
      : dilation.x == 1 ? kernel.width : 1
  }

  var lanes: Int { isBlocked ? ChannelBlocks.lanes : 1 }

  private func forEachRun(
    _ channels: Range<Int>, _ body: (_ channel: Int, _ y: Int, _ x: Int) -> Void
  ) {
    for channel in stride(
      from: channels.lowerBound, to: channels.upperBound, by: isBlocked ? length : 1)
    {
      for y in 0..<kernel.height {
        for x in stride(from: 0, to: kernel.width, by: isBlocked ? 1 : length) {
          body(channel, y, x)
        }
      }
    }
  }

  func forEachFactor(_ channels: Range<Int>, _ body: (_ channel: Int, _ y: Int, _ x: Int) -> Void) {
    forEachRun(channels) { channel, y, x in
      for i in 0..<length {
        if isBlocked { body(channel + i, y, x) } else { body(channel, y, x + i) }
      }
    }
  }

  /// Where each run starts, counted from the window's first pixel of the first channel.
  func offsets(_ channels: Range<Int>, _ plane: InputPlane) -> [Int32] {
    var offsets: [Int32] = []
    forEachRun(channels) { channel, y, x in
      let pixel =
        channel / lanes * plane.height * plane.width + y * dilation.y * plane.width
        + x * dilation.x
      offsets.append(Int32(pixel * lanes + channel % lanes))
    }
    return offsets
  }
}
