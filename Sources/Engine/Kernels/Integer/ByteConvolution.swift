import CKernels

/// A convolution of codes with constant weights, whose output is blocked.
struct ByteConvolution: Sendable {
  /// Weights in the order in which the loops read them; images of any size and number share them.
  enum Weights: Sendable {
    case direct(ByteWeights)
    case depthwise(ByteDepthwiseWeights)
  }

  var shape: ConvolutionShape
  let zeroPoint: Int
  let weights: Weights
  let loops: BlockLoops

  /// - Parameter isBlocked: whether the input is; otherwise it is N × C × H × W of at most four channels.
  init(
    _ shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops = .best
  ) {
    self.init(
      shape, zeroPoint: layer.input.zeroPoint,
      Weights(shape, layer, isBlocked: isBlocked, loops: loops), loops: loops)
  }

  init(
    _ shape: ConvolutionShape, zeroPoint: Int, _ weights: Weights, loops: BlockLoops = .best
  ) {
    (self.shape, self.zeroPoint, self.weights, self.loops) = (shape, zeroPoint, weights, loops)
  }

  /// Whether images of so many channels need not be blocked.
  static func readsDense(channels: Int) -> Bool { channels <= ByteWeights.denseLanes }

  /// - Parameters:
  ///   - input: dense or blocked, as the weights read it.
  ///   - output: N × ⌈M/16⌉ × OH × OW × 16.
  func run(
    _ input: UnsafePointer<UInt8>, into output: CodeLayerOutput, scratch: Scratch,
    workers: Workers
  ) {
    if case .depthwise(let weights) = weights, case .codes(let codes, _) = output {
      ByteDepthwise(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: codes, scratch: scratch, workers: workers)
    } else if case .direct(let weights) = weights {
      DirectByteConvolution(shape: shape, weights: weights, loops: loops).run(
        input, zeroPoint: zeroPoint, into: output, scratch: scratch, workers: workers)
    }
  }
}

extension ByteConvolution.Weights {
  init(_ shape: ConvolutionShape, _ layer: CodeLayer, isBlocked: Bool, loops: BlockLoops = .best) {
    let isDepthwise =
      isBlocked && shape.isPlainDepthwise && layer.output != nil && layer.residual == nil
    let digits = isDepthwise ? WeightDigits(layer.weights).parts : []
    if digits.count == 1 {
      self = .depthwise(ByteDepthwiseWeights(shape, layer, digits[0], loops: loops))
    } else {
      self = .direct(ByteWeights(shape, layer, isBlocked: isBlocked, loops: loops))
    }
  }
}
