import CKernels
import TestSupport
import Testing

@testable import CalibrantEngine

extension ConvolutionCase {
  /// Shapes that fill blocks, half fill them, cross groups and tiles.
  static let blockedTable =
    table.filter { $0.name != "1-D" } + [
      ConvolutionCase(
        "3x3 over several Winograd tiles", batch: 2, channels: 32, size: (14, 13), out: 48,
        kernel: (3, 3), pads: (1, 1, 1, 1)),
      ConvolutionCase(
        "3x3 without padding", channels: 24, size: (11, 10), out: 20, kernel: (3, 3)),
      ConvolutionCase(
        "3x3 uneven pads", channels: 16, size: (6, 9), out: 16, kernel: (3, 3), pads: (0, 1, 2, 0)),
      ConvolutionCase(
        "groups that share blocks", batch: 2, channels: 60, size: (5, 6), out: 36, kernel: (1, 1),
        group: 3),
      ConvolutionCase(
        "groups of whole blocks", channels: 64, size: (6, 5), out: 128, kernel: (3, 3), group: 2,
        stride: (2, 2), pads: (1, 1, 1, 1)),
      ConvolutionCase("one pixel", channels: 40, size: (1, 1), out: 33, kernel: (1, 1)),
      ConvolutionCase(
        "many columns", channels: 8, size: (3, 131), out: 17, kernel: (3, 3), pads: (1, 1, 1, 1)),
      ConvolutionCase(
        "a sum in several parts", batch: 2, channels: 1000, size: (3, 5), out: 40, kernel: (1, 1)),
      ConvolutionCase(
        "a sum in parts over a window", channels: 100, size: (7, 6), out: 20, kernel: (3, 3),
        stride: (2, 2), pads: (1, 1, 1, 1)),
      ConvolutionCase(
        "sums of groups in parts", channels: 1000, size: (4, 3), out: 48, kernel: (1, 1), group: 2),
      ConvolutionCase(
        "1x1 that skips pixels", batch: 2, channels: 40, size: (9, 8), out: 36, kernel: (1, 1),
        stride: (2, 2)),
      ConvolutionCase(
        "1x1 that skips columns", channels: 16, size: (3, 70), out: 16, kernel: (1, 1),
        stride: (1, 3)),
      ConvolutionCase(
        "depthwise over three blocks", batch: 2, channels: 40, size: (9, 19), out: 40,
        kernel: (3, 3), group: 40, pads: (1, 1, 1, 1)),
    ]
}

@Suite struct BlockedConvolutionTests {
  @Test(arguments: ConvolutionCase.blockedTable)
  func everyAlgorithmAndInstructionSetEqualsTheNaiveSum(_ testCase: ConvolutionCase) {
    let problem = BlockedProblem(testCase.shape)
    let expected = problem.naive()
    let largest = expected.map(abs).max() ?? 0
    for algorithm in BlockedAlgorithm.allCases where algorithm.applies(to: testCase.shape) {
      // Winograd's transforms scale intermediate values; the others round once per product.
      let tolerance =
        algorithm == .winograd ? largest * 1e-5 : Float(testCase.shape.depth) * 2e-7 + 1e-6
      for loops in BlockLoops.available {
        let output = problem.run(algorithm, loops: loops)
        let worst = zip(output, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(worst <= tolerance, "\(algorithm) on \(loops): worst difference \(worst)")
      }
    }
  }

  /// However they cut sums into tiles and parts, those that fuse multiply and add have the same bits.
  @Test(arguments: ConvolutionCase.blockedTable)
  func instructionSetsAgree(_ testCase: ConvolutionCase) {
    let problem = BlockedProblem(testCase.shape)
    for algorithm in BlockedAlgorithm.allCases where algorithm.applies(to: testCase.shape) {
      let results = BlockLoops.available.filter { "\($0)" != "baseline" }.map {
        problem.run(algorithm, loops: $0)
      }
      #expect(Set(results).count <= 1, "\(algorithm)")
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable)
  func resultsDoNotDependOnTheNumberOfWorkersOrTheBatch(_ testCase: ConvolutionCase) {
    let problem = BlockedProblem(testCase.shape)
    for algorithm in BlockedAlgorithm.allCases where algorithm.applies(to: testCase.shape) {
      let together = problem.run(algorithm)
      #expect(problem.run(algorithm, workers: Workers(3)) == together, "\(algorithm), 3 workers")
      let apart = (0..<testCase.shape.batch).flatMap { problem.image($0).run(algorithm) }
      #expect(apart == together, "\(algorithm), one image at a time")
    }
  }

  @Test(arguments: BlockedAlgorithm.allCases)
  func aTileIsFinishedWithResidualActivationAndRounding(_ algorithm: BlockedAlgorithm) {
    let shape = ConvolutionShape(
      batch: 2, inChannels: 60, height: 9, width: 10, outChannels: 60,
      group: algorithm == .depthwise ? 60 : 1, kernelHeight: 3, kernelWidth: 3, padTop: 1,
      padLeft: 1, outHeight: 9, outWidth: 10)
    let problem = BlockedProblem(shape)
    for loops in BlockLoops.available {
      let plain = problem.run(algorithm, loops: loops)
      var random = SeededRandom(seed: 5)
      let residual = random.floats(plain.count)
      let epilogue = Epilogue(
        activation: .clip(-0.5, 0.75),
        rounding: GridRounding(scale: 0.01, limits: 0...255, zeroPoint: 50))
      let finished = problem.run(algorithm, loops: loops, epilogue: epilogue, residual: residual)
      let expected = zip(plain, residual).map { value, residual -> Float in
        let clipped = min(max(value + residual, -0.5), 0.75)
        return min(max((clipped / 0.01).rounded(.toNearestOrEven), -50), 205) * 0.01
      }
      #expect(finished == expected, "\(loops)")
    }
  }
}

/// A convolution with random operands, run through the blocked layout and back.
private struct BlockedProblem {
  let shape: ConvolutionShape
  let input: [Float]
  let weights: [Float]
  let bias: [Float]

  init(_ shape: ConvolutionShape) {
    var random = SeededRandom(seed: 1)
    self.init(
      shape, input: random.floats(shape.batch * shape.inImageSize),
      weights: random.floats(shape.outChannels * shape.depth),
      bias: random.floats(shape.outChannels))
  }

  private init(_ shape: ConvolutionShape, input: [Float], weights: [Float], bias: [Float]) {
    (self.shape, self.input, self.weights, self.bias) = (shape, input, weights, bias)
  }

  /// The same convolution of one of the images.
  func image(_ index: Int) -> BlockedProblem {
    var single = shape
    single.batch = 1
    let range = index * shape.inImageSize..<(index + 1) * shape.inImageSize
    return BlockedProblem(single, input: Array(input[range]), weights: weights, bias: bias)
  }

  func naive() -> [Float] { naiveConvolution(shape, input, weights, bias) }

  func run(
    _ algorithm: BlockedAlgorithm, loops: BlockLoops = .best, workers: Workers = Workers(1),
    epilogue: Epilogue = .none, residual: [Float]? = nil
  ) -> [Float] {
    let dense = Shape([shape.batch, shape.inChannels, shape.height, shape.width])
    let outDense = Shape([shape.batch, shape.outChannels, shape.outHeight, shape.outWidth])
    let x = Tensor(input, shape: dense)
    let source = algorithm == .directFromDense ? x : blocked(x, loops)
    let added = residual.map { blocked(Tensor($0, shape: outDense), loops) }
    let output = Tensor(TensorType(.float32, ChannelBlocks.shape(outDense))) { bytes in
      let target = bytes.assumingMemoryBound(to: Float.self).baseAddress!
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          let packed = BlockedWeights(
            shape, for: algorithm, weights.baseAddress!, bias: bias.baseAddress, loops: loops)
          BlockedConvolution(shape: shape, weights: packed, loops: loops).run(
            base(of: source), epilogue: epilogue.loops(adding: added.map { base(of: $0) }),
            into: target, scratch: Scratch(), workers: workers)
        }
      }
    }
    return unblocked(output, outDense, loops)
  }

  private func base(of tensor: Tensor) -> UnsafePointer<Float> {
    UnsafePointer(tensor.storage.base.assumingMemoryBound(to: Float.self))
  }

  private func blocked(_ tensor: Tensor, _ loops: BlockLoops) -> Tensor {
    let s = tensor.shape
    let (pixels, blocks) = (s[2] * s[3], ChannelBlocks.count(s[1]))
    return Tensor(TensorType(.float32, ChannelBlocks.shape(s))) { bytes in
      let target = bytes.assumingMemoryBound(to: Float.self).baseAddress!
      for plane in 0..<s[0] * blocks {
        let first = plane % blocks * 16
        loops.table.pointee.block(
          base(of: tensor) + (plane / blocks * s[1] + first) * pixels,
          Int32(min(16, s[1] - first)), Int64(pixels), target + plane * pixels * 16)
      }
    }
  }

  private func unblocked(_ tensor: Tensor, _ dense: Shape, _ loops: BlockLoops) -> [Float] {
    let (pixels, blocks) = (dense[2] * dense[3], ChannelBlocks.count(dense[1]))
    return Tensor(TensorType(.float32, dense)) { bytes in
      let target = bytes.assumingMemoryBound(to: Float.self).baseAddress!
      for plane in 0..<dense[0] * blocks {
        let first = plane % blocks * 16
        loops.table.pointee.unblock(
          base(of: tensor) + plane * pixels * 16, Int32(min(16, dense[1] - first)), Int64(pixels),
          target + (plane / blocks * dense[1] + first) * pixels)
      }
    }.array(of: Float.self)
  }
}
