/// A convolution's weights as `ByteConvolution` reads them: steps × (16 · blocks) × stepFactors in each strip.
struct ByteWeights: Sendable {
  struct Strip: Sendable {
    let outputs: DirectWeights.Strip
    /// Where its weights start.
    let start: Int
    /// Where its runs start.
    let firstRun: Int
  }

  let order: ByteOrder
  let strips: [Strip]
  /// How often the factors are read: weights of more than 8 bits are sums.
  let digits: Int
  let values: AlignedValues<Int8>
  let ending: CodeEnding
  let product: ByteProduct
  /// Of all strips' runs, where clamped products may be exact.
  private(set) var limits: PairLimits?

  /// - Parameter isBlocked: whether the input is; otherwise it is N × C × H × W of at most four channels.
  init(
    _ shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops = .best
  ) {
    let order = ByteOrder(shape, lanes: isBlocked ? ChannelBlocks.lanes : Self.denseLanes)
    let digits = WeightDigits(layer)
    let outputs = DirectWeights.strips(shape, blocksAtOnce: loops.blocksAtOnce)
    let runs = outputs.map { order.runs($0.channels) }
    var (size, run) = (0, 0)
    let runSizes = zip(outputs, runs).map { outputs, runs in
      (
        runs: digits.parts.count * runs.count,
        size: order.length * outputs.blocks * ChannelBlocks.lanes
      )
    }
    strips = zip(outputs, runSizes).map { outputs, own in
      defer { (size, run) = (size + own.runs * own.size, run + own.runs) }
      return Strip(outputs: outputs, start: size, firstRun: run)
    }
    values = AlignedValues(size)
    self.order = order
    product = ByteProduct(loops, clampsPairs: layer.clampsPairs)
    self.digits = digits.parts.count
    ending = CodeEnding(layer)
    for (strip, runs) in zip(strips, runs) {
      var packing = BytePacking(
        values.base + strip.start, width: strip.outputs.blocks * ChannelBlocks.lanes,
        stepFactors: product.stepFactors)
      for part in digits.parts {
        pack(part, strip.outputs, runs, shape, &packing)
      }
    }
    limits = product.mayBeExact ? PairLimits(values, runSize: runSizes) : nil
  }

  /// Channels of an image that is not blocked, as they lie in memory.
  static let denseLanes = 4

  private func pack(
    _ weights: [Int8], _ strip: DirectWeights.Strip, _ runs: [ByteOrder.Run],
    _ shape: ConvolutionShape, _ packing: inout BytePacking
  ) {
    let depth = shape.inChannelsPerGroup
    let window = shape.kernelHeight * shape.kernelWidth
    let first = strip.firstBlock * ChannelBlocks.lanes
    for run in runs {
      for i in 0..<order.length {
        let (channel, y, x) = order.factor(run, i)
        packing.append { lane in
          let m = first + lane
          let own = channel - m / shape.outChannelsPerGroup * depth
          guard m < shape.outChannels, own >= 0, own < depth else { return 0 }
          return weights[(m * depth + own) * window + y * shape.kernelWidth + x]
        }
      }
    }
  }
}

/// Writes a strip's weights factor by factor.
struct BytePacking {
  private let target: UnsafeMutablePointer<Int8>
  private let width: Int
  private let stepFactors: Int
  private var factor = 0

  /// - Parameters:
  ///   - width: outputs of the strip.
  ///   - stepFactors: whose weights lie side by side.
  init(_ target: UnsafeMutablePointer<Int8>, width: Int, stepFactors: Int) {
    (self.target, self.width, self.stepFactors) = (target, width, stepFactors)
  }

  /// The weights of all outputs for the next factor.
  mutating func append(_ weight: (_ lane: Int) -> Int8) {
    let step = target + factor / stepFactors * width * stepFactors + factor % stepFactors
    for lane in 0..<width { step[lane * stepFactors] = weight(lane) }
    factor += 1
  }
}
