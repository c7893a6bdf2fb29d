import CKernels
import Synchronization

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

/// A convolution with constant weights. Weights are packed for an algorithm when it is first chosen, and kept.
final class BlockedConvolution: Sendable {
  private enum Packed: Sendable {
    case direct(DirectWeights)
    case depthwise(DepthwiseWeights)
    case winograd(WinogradWeights)
  }

  private let packed = Mutex<[BlockedAlgorithm: Packed]>([:])
  private let loops: BlockLoops

  init(loops: BlockLoops = .best) { self.loops = loops }

  struct Operands {
    let input: UnsafePointer<Float>
    /// M × C/group × KH × KW; the same at every call.
    let weights: UnsafePointer<Float>
    /// M values or nil; the same at every call.
    let bias: UnsafePointer<Float>?
    let output: UnsafeMutablePointer<Float>
  }

  func run(
    _ shape: ConvolutionShape, _ algorithm: BlockedAlgorithm, _ operands: Operands,
    epilogue: CKEpilogue, scratch: Scratch, workers: Workers
  ) {
    switch weights(for: algorithm, shape, operands) {
    case .direct(let weights):
      DirectConvolution(shape: shape, weights: weights, loops: loops).run(
        input: operands.input, epilogue: epilogue, output: operands.output, scratch: scratch,
        workers: workers)
    case .depthwise(let weights):
      BlockedDepthwise(shape: shape, weights: weights, loops: loops).run(
        input: operands.input, epilogue: epilogue, output: operands.output, workers: workers)
    case .winograd(let weights):
      WinogradConvolution(shape: shape, weights: weights, loops: loops).run(
        input: operands.input, epilogue: epilogue, output: operands.output, scratch: scratch,
        workers: workers)
    }
  }

  private func weights(
    for algorithm: BlockedAlgorithm, _ shape: ConvolutionShape, _ operands: Operands
  ) -> Packed {
    packed.withLock { packed in
      if let known = packed[algorithm] { return known }
      let (weights, bias) = (operands.weights, operands.bias)
      let new: Packed =
        switch algorithm {
        case .directFromDense, .direct:
          .direct(
            DirectWeights(
              shape, weights: weights, bias: bias, isBlocked: algorithm == .direct,
              blocksAtOnce: loops.blocksAtOnce))
        case .depthwise: .depthwise(DepthwiseWeights(shape, weights: weights, bias: bias))
        case .winograd:
          .winograd(
            WinogradWeights(
              shape, weights: weights, bias: bias, blocksAtOnce: loops.blocksAtOnce))
        }
      packed[algorithm] = new
      return new
    }
  }
}
