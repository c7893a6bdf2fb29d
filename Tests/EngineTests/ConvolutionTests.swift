import TestSupport
import Testing

@testable import CalibrantEngine

/// One row of the shape table; every algorithm that can compute it must equal the naive sum.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: ConvolutionShape
  var testDescription: String { name }

  init(
    _ name: String, batch: Int = 1, channels: Int, size: (Int, Int), out: Int, kernel: (Int, Int),
    group: Int = 1, stride: (Int, Int) = (1, 1), dilation: (Int, Int) = (1, 1),
    pads: (Int, Int, Int, Int) = (0, 0, 0, 0)
  ) {
    self.name = name
    func extent(_ input: Int, _ k: Int, _ d: Int, _ s: Int, _ pad: Int) -> Int {
      (input + pad - (k - 1) * d - 1) / s + 1
    }
    shape = ConvolutionShape(
      batch: batch, inChannels: channels, height: size.0, width: size.1, outChannels: out,
      group: group, kernelHeight: kernel.0, kernelWidth: kernel.1, strideY: stride.0,
      strideX: stride.1, dilationY: dilation.0, dilationX: dilation.1, padTop: pads.0,
      padLeft: pads.1,
      outHeight: extent(size.0, kernel.0, dilation.0, stride.0, pads.0 + pads.2),
      outWidth: extent(size.1, kernel.1, dilation.1, stride.1, pads.1 + pads.3))
  }

  static let table = [
    ConvolutionCase("1x1", channels: 5, size: (4, 3), out: 7, kernel: (1, 1)),
    ConvolutionCase("1x1 wide", batch: 2, channels: 8, size: (20, 21), out: 9, kernel: (1, 1)),
    ConvolutionCase(
      "1x1 stride 2", channels: 5, size: (9, 7), out: 4, kernel: (1, 1), stride: (2, 2)),
    ConvolutionCase(
      "3x3 same", batch: 3, channels: 4, size: (8, 9), out: 6, kernel: (3, 3), pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "3x3 several tiles", batch: 2, channels: 16, size: (50, 47), out: 5, kernel: (3, 3),
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "7x7 stride 2", channels: 3, size: (31, 29), out: 8, kernel: (7, 7), stride: (2, 2),
      pads: (3, 3, 3, 3)),
    ConvolutionCase(
      "uneven pads and strides", channels: 3, size: (11, 13), out: 4, kernel: (2, 5),
      stride: (3, 2), pads: (0, 1, 2, 3)),
    ConvolutionCase(
      "dilated", channels: 2, size: (12, 14), out: 3, kernel: (3, 3), dilation: (2, 3),
      pads: (2, 3, 2, 3)),
    ConvolutionCase(
      "grouped", batch: 2, channels: 6, size: (7, 6), out: 9, kernel: (3, 3), group: 3,
      pads: (1, 1, 1, 1)),
    ConvolutionCase("1-D", batch: 2, channels: 4, size: (1, 19), out: 5, kernel: (1, 4)),
    ConvolutionCase(
      "pads wider than the kernel", channels: 2, size: (3, 3), out: 2, kernel: (2, 2),
      pads: (3, 4, 3, 4)),
    ConvolutionCase(
      "depthwise 3x3", batch: 2, channels: 5, size: (9, 10), out: 5, kernel: (3, 3), group: 5,
      pads: (1, 1, 1, 1)),
    ConvolutionCase(
      "depthwise 3x3 stride 2 asymmetric", channels: 4, size: (16, 15), out: 4, kernel: (3, 3),
      group: 4, stride: (2, 2), pads: (0, 0, 1, 1)),
    ConvolutionCase(
      "depthwise 5x5 stride 2", channels: 3, size: (14, 17), out: 3, kernel: (5, 5), group: 3,
      stride: (2, 2), pads: (2, 2, 2, 2)),
    ConvolutionCase(
      "depthwise multiplier 2 dilated", channels: 3, size: (13, 12), out: 6, kernel: (3, 3),
      group: 3, stride: (1, 3), dilation: (2, 2), pads: (2, 2, 2, 2)),
  ]
}

@Suite struct ConvolutionTests {
  @Test(arguments: ConvolutionCase.table)
  func everyAlgorithmEqualsTheNaiveSum(_ testCase: ConvolutionCase) {
    let shape = testCase.shape
    var random = SeededRandom(seed: 1)
    let input = random.floats(shape.batch * shape.inImageSize)
    let weights = random.floats(shape.outChannels * shape.depth)
    let bias = random.floats(shape.outChannels)
    let expected = naiveConvolution(shape, input, weights, bias)
    for algorithm in applicable(to: shape) {
      let output = run(algorithm, shape, input, weights, bias)
      // Sums of K products of values below 1: rounding differs by at most about K ulps of 1.
      let tolerance = Float(shape.depth) * 2e-7 + 1e-6
      let worst = zip(output, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(worst <= tolerance, "\(algorithm): worst difference \(worst)")
    }
  }

  @Test func aTileIsFinishedWithBiasAndActivation() {
    let shape = ConvolutionCase.table[3].shape
    var random = SeededRandom(seed: 2)
    let input = random.floats(shape.batch * shape.inImageSize)
    let weights = random.floats(shape.outChannels * shape.depth)
    let bias = random.floats(shape.outChannels)
    let plain = run(.im2col, shape, input, weights, bias)
    let clipped = run(.im2col, shape, input, weights, bias, activation: .clip(-0.25, 0.5))
    #expect(clipped == plain.map { min(max($0, -0.25), 0.5) })
  }

  private func applicable(to shape: ConvolutionShape) -> [ConvolutionAlgorithm] {
    ConvolutionAlgorithm.allCases.filter {
      switch $0 {
      case .pointwise: shape.isPointwise
      case .im2col: true
      }
    }
  }

  private func run(
    _ algorithm: ConvolutionAlgorithm, _ shape: ConvolutionShape, _ input: [Float],
    _ weights: [Float], _ bias: [Float], activation: Activation = .identity
  ) -> [Float] {
    var output = [Float](repeating: .nan, count: shape.batch * shape.outImageSize)
    let scratch = Scratch()
    output.withUnsafeMutableBufferPointer { output in
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          let operands = ConvolutionOperands(
            weights: weights.baseAddress!, bias: bias.baseAddress, activation: activation)
          switch algorithm {
          case .pointwise:
            GEMMConvolution.runPointwise(
              shape, input: input, operands, output: output.baseAddress!)
          case .im2col:
            GEMMConvolution.run(
              shape, input: input, operands, output: output.baseAddress!, scratch: scratch)
          }
        }
      }
    }
    return output
  }
}

/// The definition, with nothing clever: the oracle.
func naiveConvolution(
  _ s: ConvolutionShape, _ x: [Float], _ w: [Float], _ bias: [Float]
) -> [Float] {
  var y: [Float] = []
  for n in 0..<s.batch {
    for m in 0..<s.outChannels {
      let group = m / s.outChannelsPerGroup
      for oy in 0..<s.outHeight {
        for ox in 0..<s.outWidth {
          var sum = Double(bias[m])
          for c in 0..<s.inChannelsPerGroup {
            for ky in 0..<s.kernelHeight {
              for kx in 0..<s.kernelWidth {
                let iy = oy * s.strideY + ky * s.dilationY - s.padTop
                let ix = ox * s.strideX + kx * s.dilationX - s.padLeft
                guard iy >= 0, iy < s.height, ix >= 0, ix < s.width else { continue }
                let channel = group * s.inChannelsPerGroup + c
                let value = x[((n * s.inChannels + channel) * s.height + iy) * s.width + ix]
                let k =
                  ((m * s.inChannelsPerGroup + c) * s.kernelHeight + ky) * s.kernelWidth + kx
                sum += Double(value) * Double(w[k])
              }
            }
          }
          y.append(Float(sum))
        }
      }
    }
  }
  return y
}
