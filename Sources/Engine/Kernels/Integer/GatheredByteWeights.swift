/// A convolution's weights in the order of im2col rows. A strip's rows are those of all groups that its outputs belong to, one
/// after the other; weights of other groups are 0, and so do pairs of them add nothing.
struct GatheredByteWeights: Sendable {
  struct Strip: Sendable {
    let outputs: DirectWeights.Strip
    let groups: Range<Int>
    /// Codes of a row.
    let depth: Int
    /// Where its weights start.
    let start: Int
    /// Where its runs start.
    let firstRun: Int
  }

  /// Codes of a run.
  static let runLength = 16

  let strips: [Strip]
  /// Codes of a group in a row: whole runs.
  let groupDepth: Int
  /// How often a row is read: weights with a zero point are sums.
  let digits: Int
  let values: AlignedValues<Int8>
  let ending: CodeEnding
  /// Of all strips' runs, where clamped products may be exact.
  private(set) var limits: PairLimits?
  let loops: BlockLoops
  let isBlocked: Bool

  /// - Parameters:
  ///   - layer: its pairs are clamped.
  ///   - isBlocked: whether the input is; otherwise it is N × C × H × W.
  init(
    _ shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops = .best
  ) {
    let groupDepth = (shape.depth + Self.runLength - 1) / Self.runLength * Self.runLength
    let parts = WeightDigits(layer).parts
    var (size, run) = (0, 0)
    strips = DirectWeights.strips(shape, blocksAtOnce: loops.blocksAtOnce).map { outputs in
      let groups =
        outputs.channels.lowerBound / max(shape.inChannelsPerGroup, 1)..<outputs.channels.upperBound
        / max(shape.inChannelsPerGroup, 1)
      let depth = groups.count * groupDepth
      defer {
        size += parts.count * depth * outputs.blocks * ChannelBlocks.lanes
        run += parts.count * depth / Self.runLength
      }
      return Strip(outputs: outputs, groups: groups, depth: depth, start: size, firstRun: run)
    }
    values = AlignedValues(size)
    (self.groupDepth, self.isBlocked, self.loops) = (groupDepth, isBlocked, loops)
    (digits, ending) = (parts.count, CodeEnding(layer))
    for strip in strips {
      var packing = BytePacking(
        values.base + strip.start, width: strip.outputs.blocks * ChannelBlocks.lanes,
        stepFactors: 4)
      for part in parts { pack(part, strip, shape, &packing) }
    }
    guard ByteProduct(loops, clampsPairs: true).mayBeExact else { return }
    limits = PairLimits(
      values,
      runSize: strips.map { strip in
        (
          runs: parts.count * strip.depth / Self.runLength,
          size: Self.runLength * strip.outputs.blocks * ChannelBlocks.lanes
        )
      })
  }

  private func pack(
    _ weights: [Int8], _ strip: Strip, _ shape: ConvolutionShape, _ packing: inout BytePacking
  ) {
    let order = PairOrder(
      channels: shape.inChannelsPerGroup, positions: shape.kernelHeight * shape.kernelWidth)
    let first = strip.outputs.firstBlock * ChannelBlocks.lanes
    for group in strip.groups {
      for k in 0..<groupDepth {
        packing.append { lane in
          let m = first + lane
          guard m < shape.outChannels, m / shape.outChannelsPerGroup == group, k < shape.depth
          else { return 0 }
          return weights[m * shape.depth + order.place(k)]
        }
      }
    }
  }
}
