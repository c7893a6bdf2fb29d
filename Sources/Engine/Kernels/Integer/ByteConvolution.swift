import CKernels

/// The ways to compute a convolution of codes whose output is blocked. All give the same bytes.
enum ByteAlgorithm: Sendable, Hashable, CaseIterable {
  /// From an N × C × H × W input of at most four channels.
  case directFromDense
  case direct
  case depthwise
  case winograd

  init(for shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops) {
    if !isBlocked {
      self = .directFromDense
    } else if Self.depthwise.applies(to: shape, layer) {
      self = .depthwise
    } else if ByteWinograd.pays(for: shape, loops), Self.winograd.applies(to: shape, layer) {
      self = .winograd
    } else {
      self = .direct
    }
  }

  func applies(to shape: ConvolutionShape, _ layer: CodeLayer) -> Bool {
    switch self {
    case .directFromDense: shape.inChannels <= ByteWeights.denseLanes
    case .direct: true
    case .depthwise:
      shape.isPlainDepthwise && layer.output != nil && layer.residual == nil
        && layer.weights.allSatisfy { Int8(exactly: $0) != nil }
    case .winograd:
      WinogradConvolution.applies(to: shape) && ByteWinogradWeights.areExact(layer)
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
      DirectByteConvolution(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    case .depthwise(let weights):
      ByteDepthwise(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    case .winograd(let weights):
      ByteWinograd(shape: shape, weights: weights, loops: loops).run(
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
    }
  }
}
