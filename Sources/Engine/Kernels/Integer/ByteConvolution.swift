import CKernels

/// The ways to compute a convolution of codes whose output is blocked. All give the same bytes.
enum ByteAlgorithm: Sendable, Hashable, CaseIterable {
  /// From an N × C × H × W input of few channels.
  case directFromDense
  case direct
  case depthwise
  case winograd
  /// Rows of an im2col matrix, where the two products of a clamped sum do not lie side by side otherwise.
  case gatheredFromDense
  case gathered

  /// - Parameter isBlocked: whether the input is; it need not be where an image has at most `denseChannels`.
  init(for shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops) {
    precondition(isBlocked || shape.inChannels <= Self.denseChannels, "many channels are blocked")
    if !isBlocked {
      self = Self.directFromDense.applies(to: shape, layer) ? .directFromDense : .gatheredFromDense
    } else if Self.depthwise.applies(to: shape, layer) {
      self = .depthwise
    } else if ByteWinograd.pays(for: shape, loops), Self.winograd.applies(to: shape, layer) {
      self = .winograd
    } else {
      self = Self.direct.applies(to: shape, layer) ? .direct : .gathered
    }
  }

  /// Channels that a dense image may have.
  static let denseChannels = ByteWeights.denseLanes

  /// Whether the input is N × C × H × W.
  var readsDense: Bool { self == .directFromDense || self == .gatheredFromDense }

  func applies(to shape: ConvolutionShape, _ layer: CodeLayer) -> Bool {
    switch self {
    case .directFromDense:
      shape.inChannels <= Self.denseChannels && Self.direct.applies(to: shape, layer)
    case .direct: !layer.clampsPairs || shape.inChannelsPerGroup % 2 == 0
    case .gathered, .gatheredFromDense: layer.clampsPairs
    case .depthwise:
      shape.isPlainDepthwise && layer.residual == nil
        && layer.weights.allSatisfy { Int8(exactly: $0) != nil }
    case .winograd:
      WinogradConvolution.applies(to: shape) && !layer.clampsPairs
        && ByteWinogradWeights.areExact(layer)
    }
  }
}

/// A convolution of codes with constant weights, whose output is blocked.
struct ByteConvolution: Sendable {
  /// Weights in the order in which an algorithm reads them; images of any size and number share them.
  enum Weights: Sendable {
    case direct(ByteWeights)
    case depthwise(ByteDepthwiseWeights)
    case winograd(ByteWinogradWeights)
    case gathered(GatheredByteWeights)
  }

  var shape: ConvolutionShape
  let zeroPoint: Int
  let weights: Weights
  let loops: BlockLoops

  init(
    _ shape: ConvolutionShape, _ layer: CodeLayer, _ algorithm: ByteAlgorithm,
    loops: BlockLoops = .best
  ) {
    self.init(
      shape, zeroPoint: layer.input.zeroPoint,
      Weights(shape, layer, for: algorithm, loops: loops), loops: loops)
  }

  init(
    _ shape: ConvolutionShape, zeroPoint: Int, _ weights: Weights, loops: BlockLoops = .best
  ) {
    (self.shape, self.zeroPoint, self.weights, self.loops) = (shape, zeroPoint, weights, loops)
  }

  /// - Parameters:
  ///   - input: dense or blocked, as the weights read it.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    switch weights {
    case .direct(let weights):
      DirectByteConvolution(shape: shape, weights: weights).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    case .depthwise(let weights):
      ByteDepthwise(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    case .winograd(let weights):
      ByteWinograd(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    case .gathered(let weights):
      GatheredByteConvolution(shape: shape, weights: weights).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    }
  }
}

extension ByteConvolution.Weights {
  /// - Parameter algorithm: one that applies.
  init(
    _ shape: ConvolutionShape, _ layer: CodeLayer, for algorithm: ByteAlgorithm,
    loops: BlockLoops = .best
  ) {
    switch algorithm {
    case .directFromDense, .direct:
      self = .direct(ByteWeights(shape, layer, isBlocked: algorithm == .direct, loops: loops))
    case .depthwise: self = .depthwise(ByteDepthwiseWeights(shape, layer, loops: loops))
    case .winograd:
      self = .winograd(ByteWinogradWeights(shape, layer, blocksAtOnce: loops.blocksAtOnce))
    case .gathered, .gatheredFromDense:
      self = .gathered(
        GatheredByteWeights(shape, layer, isBlocked: algorithm == .gathered, loops: loops))
    }
  }
}
