import CKernels

/// The ways to compute a convolution whose output is blocked. Each equals the naive sum up to rounding.
enum BlockedAlgorithm: Sendable, Hashable, CaseIterable {
  /// Products of pixel strips with weights, from an N × C × H × W input.
  case directFromDense
  case direct
  case depthwise
  case winograd

  /// The choice depends on the shape alone, so that the same model always takes the same path.
  init(for shape: ConvolutionShape, isBlocked: Bool) {
    if !isBlocked {
      self = .directFromDense
    } else if shape.isPlainDepthwise {
      self = .depthwise
    } else if WinogradConvolution.pays(for: shape) {
      self = .winograd
    } else {
      self = .direct
    }
  }

  func applies(to shape: ConvolutionShape) -> Bool {
    switch self {
    case .directFromDense, .direct: true
    case .depthwise: shape.isPlainDepthwise
    case .winograd: WinogradConvolution.applies(to: shape)
    }
  }
}

extension ConvolutionShape {
  /// One input and one output channel per group.
  var isPlainDepthwise: Bool { isDepthwise && outChannels == inChannels }
}

extension WinogradConvolution {
  /// Whether the saved multiplications outweigh the transforms, and the larger weights that every batch reads.
  /// The constants are cycles measured on AVX2 and AVX-512 (`benchmarks/`).
  static func pays(for shape: ConvolutionShape) -> Bool {
    guard applies(to: shape) else { return false }
    let tiles = Double(tilesPerImage(shape) * shape.batch)
    let blocks = (
      input: Double(ChannelBlocks.count(shape.inChannels)),
      output: Double(ChannelBlocks.count(shape.outChannels))
    )
    let channels = Double(shape.inChannels)
    let products = 36 * channels * blocks.output * max(tiles, 4)
    let transforms = tiles * (200 * blocks.input + 150 * blocks.output)
    // Cycles for 64 bytes of weights: from a cache, or from memory where they fit into none.
    let perVector = 36 * channels * blocks.output * 64 > 8e6 ? 16.0 : 3.0
    let weights = 36 * channels * blocks.output * perVector
    let direct = 9 * channels * blocks.output * Double(shape.batch * shape.positions)
    return products + transforms + weights < direct
  }
}

/// Weights in the order in which an algorithm reads them; images of any size and number share them.
enum BlockedWeights: Sendable {
  case direct(DirectWeights)
  case depthwise(DepthwiseWeights)
  case winograd(WinogradWeights)

  /// - Parameters:
  ///   - weights: M × C/group × KH × KW.
  ///   - bias: M values, or nil.
  init(
    _ shape: ConvolutionShape, for algorithm: BlockedAlgorithm, _ weights: UnsafePointer<Float>,
    bias: UnsafePointer<Float>?, loops: BlockLoops = .best
  ) {
    switch algorithm {
    case .directFromDense, .direct:
      self = .direct(
        DirectWeights(
          shape, weights: weights, bias: bias, isBlocked: algorithm == .direct, loops: loops))
    case .depthwise:
      self = .depthwise(DepthwiseWeights(shape, weights: weights, bias: bias))
    case .winograd:
      self = .winograd(
        WinogradWeights(shape, weights: weights, bias: bias, blocksAtOnce: loops.blocksAtOnce))
    }
  }
}

/// A convolution of one shape with packed weights.
struct BlockedConvolution: Sendable {
  var shape: ConvolutionShape
  let weights: BlockedWeights
  var loops = BlockLoops.best

  /// - Parameters:
  ///   - input: dense or blocked, as the weights' algorithm reads it.
  ///   - output: blocked.
  func run(
    _ input: UnsafePointer<Float>, epilogue: CKEpilogue = CKEpilogue(),
    into output: UnsafeMutablePointer<Float>, scratch: Scratch, workers: Workers
  ) {
    switch weights {
    case .direct(let weights):
      DirectConvolution(shape: shape, weights: weights, loops: loops).run(
        input: input, epilogue: epilogue, output: output, scratch: scratch, workers: workers)
    case .depthwise(let weights):
      BlockedDepthwise(shape: shape, weights: weights, loops: loops).run(
        input: input, epilogue: epilogue, output: output, workers: workers)
    case .winograd(let weights):
      WinogradConvolution(shape: shape, weights: weights, loops: loops).run(
        input: input, epilogue: epilogue, output: output, scratch: scratch, workers: workers)
    }
  }
}
