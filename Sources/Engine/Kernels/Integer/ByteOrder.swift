import CKernels

/// How the codes of a pixel's sum follow each other: runs of neighbours in memory, each a multiple of four codes.
///
/// A run is some channels of a block at one window position, or, where whole blocks are read and neighbours of the window
/// are neighbours in memory, a row of the window. Codes of channels that an output does not read meet weights of 0.
struct ByteOrder: Sendable {
  /// Where a run begins: an input channel and a window position.
  struct Run {
    let channel: Int
    let y: Int
    let x: Int
  }

  /// Codes of a pixel side by side: 16, or 4 for images of few channels.
  let lanes: Int
  /// Codes of a run.
  let length: Int
  private let kernel: (height: Int, width: Int)
  private let dilation: (y: Int, x: Int)

  init(_ shape: ConvolutionShape, lanes: Int) {
    self.lanes = lanes
    kernel = (shape.kernelHeight, shape.kernelWidth)
    dilation = (shape.dilationY, shape.dilationX)
    let depth = shape.group == 1 ? (shape.inChannels + 3) / 4 * 4 : shape.inChannelsPerGroup
    let pixel = [lanes, 8].first { depth % $0 == 0 } ?? 4
    length = pixel == lanes && dilation.x == 1 ? pixel * kernel.width : pixel
  }

  /// Those that touch some channels.
  func runs(_ channels: Range<Int>) -> [Run] {
    let pixel = min(length, lanes)
    let first = channels.lowerBound / pixel * pixel
    var runs: [Run] = []
    for channel in stride(from: first, to: channels.upperBound, by: pixel) {
      for y in 0..<kernel.height {
        for x in stride(from: 0, to: kernel.width, by: length / pixel) {
          runs.append(Run(channel: channel, y: y, x: x))
        }
      }
    }
    return runs
  }

  /// The channel and window position of a run's i-th code.
  func factor(_ run: Run, _ i: Int) -> (channel: Int, y: Int, x: Int) {
    (run.channel + i % lanes, run.y, run.x + i / lanes)
  }

  /// Where each run starts, in bytes from the window's first pixel of the first channel.
  /// - Parameter elementSize: bytes of a code.
  func offsets(_ channels: Range<Int>, _ plane: InputPlane, elementSize: Int) -> [Int32] {
    runs(channels).map { run in
      let pixel =
        run.channel / lanes * plane.height * plane.width + run.y * dilation.y * plane.width
        + run.x * dilation.x
      return Int32((pixel * lanes + run.channel % lanes) * elementSize)
    }
  }
}
