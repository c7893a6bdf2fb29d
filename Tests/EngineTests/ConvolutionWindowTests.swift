import TestSupport
import Testing

@testable import CalibrantEngine

/// What a convolution's weights meet, against the definition: weight (channel, ky, kx) of output position (y, x) meets the
/// input at (y · stride + ky · dilation − pad, x · stride + kx · dilation − pad), 0 outside.
@Suite struct ConvolutionWindowTests {
  private static let shapes: [ConvolutionShape] = [
    shape(channels: 3, height: 5, width: 7, kernel: 1),
    shape(channels: 4, height: 9, width: 11, kernel: 3, pad: 1),
    shape(channels: 4, height: 9, width: 20, kernel: 3, stride: 2, pad: 1, group: 4),
    shape(channels: 6, height: 13, width: 10, kernel: 5, stride: 3, pad: 2, group: 2),
    shape(channels: 2, height: 12, width: 9, kernel: 3, stride: 2, dilation: 3, pad: 3),
    // Taller than the image: some weights meet nothing but zeros.
    shape(channels: 2, height: 2, width: 3, kernel: 7, pad: 3),
    shape(channels: 2, height: 3, width: 3, kernel: 3, dilation: 4, pad: 4),
  ]

  private static func shape(
    channels: Int, height: Int, width: Int, kernel: Int, stride: Int = 1, dilation: Int = 1,
    pad: Int = 0, group: Int = 1
  ) -> ConvolutionShape {
    func outputs(_ size: Int) -> Int {
      (size + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1
    }
    return ConvolutionShape(
      batch: 1, inChannels: channels, height: height, width: width, outChannels: group,
      group: group, kernelHeight: kernel, kernelWidth: kernel, strideY: stride, strideX: stride,
      dilationY: dilation, dilationX: dilation, padTop: pad, padLeft: pad,
      outHeight: outputs(height), outWidth: outputs(width))
  }

  private static func image(_ shape: ConvolutionShape) -> [Float] {
    var random = SeededRandom(seed: 21)
    return random.floats(shape.inImageSize)
  }

  /// The row of a group at an output position.
  private static func row(
    _ image: [Float], _ shape: ConvolutionShape, _ group: Int, _ position: Int
  ) -> [Float] {
    let (y, x) = position.quotientAndRemainder(dividingBy: shape.outWidth)
    var row: [Float] = []
    for channel in 0..<shape.inChannelsPerGroup {
      for ky in 0..<shape.kernelHeight {
        for kx in 0..<shape.kernelWidth {
          let line = y * shape.strideY + ky * shape.dilationY - shape.padTop
          let column = x * shape.strideX + kx * shape.dilationX - shape.padLeft
          let isInside =
            (0..<shape.height).contains(line) && (0..<shape.width).contains(column)
          let plane = (group * shape.inChannelsPerGroup + channel) * shape.height
          row.append(isInside ? image[(plane + line) * shape.width + column] : 0)
        }
      }
    }
    return row
  }

  @Test(arguments: shapes) func gathersWhatWeightsMeet(_ shape: ConvolutionShape) {
    let image = Self.image(shape)
    let positions = Array(stride(from: 0, to: shape.positions, by: 2))
    let groupStride = positions.count * shape.depth + 3
    var rows = [Float](repeating: .nan, count: shape.group * groupStride)
    ConvolutionWindow(shape).gather(
      image, at: positions, into: &rows, groupStride: groupStride)
    for group in 0..<shape.group {
      for (index, position) in positions.enumerated() {
        let start = group * groupStride + index * shape.depth
        #expect(
          Array(rows[start..<start + shape.depth]) == Self.row(image, shape, group, position))
      }
    }
  }

  @Test(arguments: shapes) func sumsWhatWeightsMeet(_ shape: ConvolutionShape) {
    let image = Self.image(shape)
    var sums = [Double](repeating: 1, count: shape.group * shape.depth)
    ConvolutionWindow(shape).addColumnSums(image, into: &sums)
    for group in 0..<shape.group {
      var expected = [Double](repeating: 1, count: shape.depth)
      for position in 0..<shape.positions {
        for (i, value) in Self.row(image, shape, group, position).enumerated() {
          expected[i] += Double(value)
        }
      }
      for i in 0..<shape.depth {
        #expect(abs(sums[group * shape.depth + i] - expected[i]) < 1e-5)
      }
    }
  }
}
