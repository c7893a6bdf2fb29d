import TestSupport
import Testing

@testable import CalibrantEngine

@Suite struct ByteConvolutionTests {
  @Test(arguments: ConvolutionCase.blockedTable + ConvolutionCase.byteTable)
  func everyAlgorithmAndInstructionSetEqualsTheDefinition(_ testCase: ConvolutionCase) {
    for (sample, zeroPoint) in zip([CodeSample.random, .extreme, .random], [128, 0, 255]) {
      let problem = ByteProblem(testCase.shape, sample, zeroPoint: zeroPoint)
      let expected = problem.expectedCodes()
      for (algorithm, loops) in problem.ways {
        #expect(
          problem.codes(algorithm, loops) == expected,
          "\(sample), \(zeroPoint): \(algorithm) on \(loops)")
      }
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable)
  func codesDependOnNeitherWorkersNorBatch(_ testCase: ConvolutionCase) {
    let problem = ByteProblem(testCase.shape, .random, zeroPoint: 3)
    for algorithm in problem.algorithms {
      let together = problem.codes(algorithm, .best)
      #expect(problem.codes(algorithm, .best, workers: Workers(3)) == together, "\(algorithm)")
      let apart = (0..<testCase.shape.batch).flatMap { problem.image($0).codes(algorithm, .best) }
      #expect(apart == together, "\(algorithm), one image at a time")
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable)
  func valuesAreSumsTimesTheScales(_ testCase: ConvolutionCase) {
    for sample in CodeSample.allCases {
      let problem = ByteProblem(testCase.shape, sample, zeroPoint: 77, isQuantized: false)
      let expected = problem.expectedValues()
      for (algorithm, loops) in problem.ways {
        #expect(
          problem.values(algorithm, loops) == expected, "\(sample): \(algorithm) on \(loops)")
      }
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable)
  func weightsMayHaveAZeroPoint(_ testCase: ConvolutionCase) {
    var random = SeededRandom(seed: 6)
    let count = testCase.shape.outChannels * testCase.shape.depth
    let problem = ByteProblem(
      testCase.shape, .random, zeroPoint: 200,
      weights: (0..<count).map { _ in Int16.random(in: -255...255, using: &random) })
    let expected = problem.expectedCodes()
    for (algorithm, loops) in problem.ways {
      #expect(problem.codes(algorithm, loops) == expected, "\(algorithm) on \(loops)")
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable)
  func aResidualIsAddedToTheCodes(_ testCase: ConvolutionCase) {
    let other = CodeGrid(scale: 0.0371, zeroPoint: 141)
    let plain = ByteProblem(testCase.shape, .random, zeroPoint: 9)
    let sum = CodePair(
      operation: .sum, left: plain.layer.output!, right: other,
      result: CodeGrid(scale: 0.05, zeroPoint: 1))
    for residual in [
      CodeResidual(sum: sum), CodeResidual(sum: sum.swapped, isSecond: true),
    ] {
      let problem = ByteProblem(testCase.shape, .random, zeroPoint: 9, residual: residual)
      let expected = problem.expectedCodes()
      for (algorithm, loops) in problem.ways {
        #expect(problem.codes(algorithm, loops) == expected, "\(algorithm) on \(loops)")
      }
    }
  }

  @Test(arguments: ConvolutionCase.blockedTable) func sumsStayIntegers(_ testCase: ConvolutionCase)
  {
    let problem = ByteProblem(testCase.shape, .random, zeroPoint: 77)
    let expected = problem.sums(clamps: false)
    for (algorithm, loops) in problem.ways {
      #expect(problem.sums(algorithm, loops) == expected, "\(algorithm) on \(loops)")
    }
  }

  /// Without the largest shapes, for which the definition takes long.
  @Test(
    arguments: (ConvolutionCase.blockedTable + ConvolutionCase.byteTable).filter {
      $0.shape.batch * $0.shape.outImageSize * $0.shape.depth < 500_000
    })
  func pairsAreClampedAsWithoutVNNI(_ testCase: ConvolutionCase) {
    for (sample, zeroPoint) in zip(CodeSample.allCases, [114, 0, 7]) {
      let problem = ByteProblem(
        testCase.shape, sample, zeroPoint: zeroPoint, isQuantized: false, clampsPairs: true)
      let expected = problem.expectedValues(clamps: true)
      for (algorithm, loops) in problem.ways where algorithm != .depthwise {
        #expect(
          problem.values(algorithm, loops) == expected, "\(sample): \(algorithm) on \(loops)")
      }
    }
  }

  /// Without VNNI, too, convolutions of single channels are exact.
  @Test(arguments: ConvolutionCase.byteTable.filter { $0.shape.isPlainDepthwise })
  func pairsOfDepthwiseConvolutionsAreNotClamped(_ testCase: ConvolutionCase) {
    let problem = ByteProblem(testCase.shape, .extreme, zeroPoint: 0, clampsPairs: true)
    #expect(
      ByteAlgorithm(for: testCase.shape, problem.layer, isBlocked: true, loops: .best)
        == .depthwise)
    #expect(problem.codes(.depthwise, .best) == problem.expectedCodes())
  }

  /// Sums of 32 bits wrap around.
  @Test func sumsBeyond32BitsWrap() {
    let problem = ByteProblem(.padded3x3(64, 17), .extreme, zeroPoint: 0, bias: .max - 100)
    let expected = problem.expectedCodes()
    for (algorithm, loops) in problem.ways {
      #expect(problem.codes(algorithm, loops) == expected, "\(algorithm) on \(loops)")
    }
  }

  /// Sums up to 2^25 in both directions; beyond, transforms would lose them.
  @Test(arguments: [-1, 1] as [Int16]) func winogradIsExactUpToItsLimit(_ sign: Int16) {
    // 1,030 · 127 is the largest sum of weights whose 255-fold stays below 2^25, for a window in the middle.
    let shape = ConvolutionShape.padded3x3(116, 16)
    var weights = [Int16](repeating: 0, count: 16 * 9 * 116)
    for m in 0..<16 { for k in 0..<1030 { weights[m * 9 * 116 + k] = 127 * sign } }
    let problem = ByteProblem(shape, .extreme, zeroPoint: 0, isQuantized: false, weights: weights)
    #expect(problem.algorithms.contains(.winograd))
    let expected = problem.expectedValues()
    for (algorithm, loops) in problem.ways {
      #expect(problem.values(algorithm, loops) == expected, "\(algorithm) on \(loops)")
    }
    weights[1031..<1044] = ArraySlice(repeating: 127 * sign, count: 13)
    let beyond = ByteProblem(shape, .extreme, zeroPoint: 0, weights: weights)
    #expect(!beyond.algorithms.contains(.winograd))
  }
}

extension ConvolutionShape {
  /// 3×3 on an image of 5 × 6.
  fileprivate static func padded3x3(_ channels: Int, _ filters: Int) -> ConvolutionShape {
    ConvolutionShape(
      batch: 1, inChannels: channels, height: 5, width: 6, outChannels: filters, group: 1,
      kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1, outHeight: 5, outWidth: 6)
  }
}

extension ConvolutionCase {
  /// Shapes that matter to bytes: steps of four codes that are not full, pairs of groups in one step.
  static let byteTable = [
    ConvolutionCase(
      "three channels of a block", channels: 3, size: (9, 8), out: 20, kernel: (3, 3),
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "rows of whole blocks", channels: 32, size: (9, 8), out: 33, kernel: (3, 3), stride: (2, 2),
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "rows of whole blocks, dilated", channels: 16, size: (9, 12), out: 16, kernel: (2, 3),
      dilation: (1, 2)),
    ConvolutionCase(
      "groups of two channels", channels: 22, size: (6, 7), out: 33, kernel: (3, 3), group: 11,
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "groups of twenty channels", channels: 60, size: (4, 5), out: 96, kernel: (1, 1), group: 3),
    ConvolutionCase(
      "depthwise on a small plane", channels: 16, size: (2, 3), out: 16, kernel: (3, 3), group: 16,
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "depthwise 5x5", batch: 2, channels: 24, size: (11, 13), out: 24, kernel: (5, 5), group: 24,
      pads: (2, 2, 2, 2)),
    ConvolutionCase(
      "depthwise 3x3 stride 2, wide", channels: 20, size: (18, 21), out: 20, kernel: (3, 3),
      group: 20, stride: (2, 2), pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "depthwise 3x3 without padding", channels: 17, size: (7, 9), out: 17, kernel: (3, 3),
      group: 17),
    ConvolutionCase(
      "depthwise 7x7", channels: 16, size: (9, 10), out: 16, kernel: (7, 7), group: 16,
      pads: (3, 3, 3, 3)),
    ConvolutionCase(
      "depthwise 3x3 dilated", channels: 18, size: (9, 10), out: 18, kernel: (3, 3), group: 18,
      dilation: (2, 2), pads: (2, 2, 2, 2)),
    ConvolutionCase(
      "depthwise 1x3", channels: 16, size: (5, 10), out: 16, kernel: (1, 3), group: 16,
      pads: (0, 1, 0, 1)),
  ]
}

/// A convolution of codes, run through the blocked layout and back.
private struct ByteProblem {
  var shape: ConvolutionShape
  let layer: CodeLayer
  var input: [UInt8]
  var added: [UInt8]

  /// - Parameter weights: nil for those of the sample.
  init(
    _ shape: ConvolutionShape, _ sample: CodeSample, zeroPoint: Int, isQuantized: Bool = true,
    residual: CodeResidual? = nil, clampsPairs: Bool = false, weights: [Int16]? = nil,
    bias: Int32? = nil
  ) {
    var random = SeededRandom(seed: UInt64(zeroPoint))
    self.shape = shape
    input = sample.codes(shape.batch * shape.inImageSize, using: &random)
    added = CodeSample.random.codes(shape.batch * shape.outImageSize, using: &random)
    let spread = 74 * 74 * 0.0055 * Float(shape.depth).squareRoot()
    layer = CodeLayer(
      input: CodeGrid(scale: 0.02, zeroPoint: zeroPoint),
      weights: weights ?? sample.weights(shape.outChannels * shape.depth, using: &random),
      weightScales: (0..<shape.outChannels).map { _ in
        Float.random(in: 0.001...0.01, using: &random)
      },
      bias: (0..<shape.outChannels).map { _ in
        bias ?? Int32.random(in: -9000...9000, using: &random)
      },
      output: isQuantized
        ? CodeGrid(scale: 0.02 * spread / 100, zeroPoint: 120, codes: 3...250) : nil,
      offsets: isQuantized
        ? [] : (0..<shape.outChannels).map { _ in Float.random(in: -3...3, using: &random) },
      residual: residual, clampsPairs: clampsPairs)
  }

  var algorithms: [ByteAlgorithm] {
    ByteAlgorithm.allCases.filter { $0.applies(to: shape, layer) }
  }

  var ways: [(ByteAlgorithm, BlockLoops)] {
    algorithms.flatMap { algorithm in BlockLoops.available.map { (algorithm, $0) } }
  }

  func image(_ index: Int) -> ByteProblem {
    var single = self
    single.shape.batch = 1
    single.input = Array(input[index * shape.inImageSize..<(index + 1) * shape.inImageSize])
    return single
  }

  func sums(clamps: Bool) -> [Int32] {
    let define = clamps ? CodeOracle.clampedConvolution : CodeOracle.convolution
    return define(shape, input, layer.input.zeroPoint, layer.weights, layer.bias)
  }

  private func channel(_ index: Int) -> Int { index / shape.positions % shape.outChannels }

  func expectedCodes(clamps: Bool = false) -> [UInt8] {
    sums(clamps: clamps).enumerated().map { index, sum in
      let scale = layer.weightScales[channel(index)]
      let factor = (layer.input.scale * scale) / layer.output!.scale
      let own = CodeOracle.code(sum, factor: factor, layer.output!)
      guard let residual = layer.residual else { return own }
      return CodeOracle.added(own, added[index], residual)
    }
  }

  func expectedValues(clamps: Bool = false) -> [Float] {
    sums(clamps: clamps).enumerated().map { index, sum in
      let value = Float(sum) * (layer.input.scale * layer.weightScales[channel(index)])
      return value + layer.offsets[channel(index)]
    }
  }

  func codes(
    _ algorithm: ByteAlgorithm, _ loops: BlockLoops, workers: Workers = .alone
  ) -> [UInt8] {
    let output = AlignedValues<UInt8>(blockedOutput)
    let residual = blocked(added, shape.outChannels, shape.positions, loops)
    run(.codes(output.base, residual: residual.base), algorithm, loops, workers)
    return unblocked(output, loops)
  }

  func values(_ algorithm: ByteAlgorithm, _ loops: BlockLoops) -> [Float] {
    let output = AlignedFloats(blockedOutput)
    run(.values(output.base), algorithm, loops, .alone)
    return unblocked(output)
  }

  func sums(_ algorithm: ByteAlgorithm, _ loops: BlockLoops) -> [Int32] {
    let output = AlignedValues<Int32>(blockedOutput)
    run(.sums(output.base), algorithm, loops, .alone)
    return unblocked(output)
  }

  private func unblocked<Value>(_ output: AlignedValues<Value>) -> [Value] {
    var values: [Value] = []
    let (lanes, positions) = (ChannelBlocks.lanes, shape.positions)
    for image in 0..<shape.batch {
      for m in 0..<shape.outChannels {
        let block = image * ChannelBlocks.count(shape.outChannels) + m / lanes
        for p in 0..<positions {
          values.append(output[(block * positions + p) * lanes + m % lanes])
        }
      }
    }
    return values
  }

  private var blockedOutput: Int {
    shape.batch * ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
  }

  private func run(
    _ output: CodeLayerOutput, _ algorithm: ByteAlgorithm, _ loops: BlockLoops, _ workers: Workers
  ) {
    let convolution = ByteConvolution(shape, layer, algorithm, loops: loops)
    if !algorithm.readsDense {
      // Lanes beyond C hold anything.
      let x = blocked(input, shape.inChannels, shape.height * shape.width, loops, missing: 171)
      convolution.run(x.base, into: output, scratch: Scratch(), workers: workers)
    } else {
      convolution.run(input, into: output, scratch: Scratch(), workers: workers)
    }
  }

  private func blocked(
    _ dense: [UInt8], _ channels: Int, _ pixels: Int, _ loops: BlockLoops, missing: UInt8 = 0
  ) -> AlignedValues<UInt8> {
    let (lanes, blocks) = (ChannelBlocks.lanes, ChannelBlocks.count(channels))
    let images = dense.count / max(channels * pixels, 1)
    let result = AlignedValues<UInt8>(images * blocks * pixels * lanes)
    ByteChannels(loops: loops, workers: .alone).block(
      dense, batch: images, channels: channels, pixels: pixels, into: result.base)
    for index in 0..<result.count
    where index / (pixels * lanes) % blocks * lanes + index % lanes >= channels {
      result[index] = missing
    }
    return result
  }

  private func unblocked(_ codes: AlignedValues<UInt8>, _ loops: BlockLoops) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: shape.batch * shape.outImageSize) { buffer, count in
      count = shape.batch * shape.outImageSize
      guard let base = buffer.baseAddress else { return }
      ByteChannels(loops: loops, workers: .alone).unblock(
        codes.base, batch: shape.batch, channels: shape.outChannels, pixels: shape.positions,
        into: base)
    }
  }
}
