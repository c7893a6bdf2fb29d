/// How the factors of a pixel's sum follow each other: runs of neighbours in memory. A run is some channels of a
/// blocked input at one window position, or a row of the window in a dense one.
struct FactorOrder: Sendable {
  /// Where the factors of a run begin: an input channel and a window position.
  struct Run {
    let channel: Int
    let y: Int
    let x: Int
  }

  let length: Int
  let isBlocked: Bool
  private let kernel: (height: Int, width: Int)
  private let dilation: (y: Int, x: Int)

  init(_ shape: ConvolutionShape, isBlocked: Bool) {
    self.isBlocked = isBlocked
    kernel = (shape.kernelHeight, shape.kernelWidth)
    dilation = (shape.dilationY, shape.dilationX)
    length =
      isBlocked
      ? [16, 8, 4, 2].first { shape.inChannelsPerGroup % $0 == 0 } ?? 1
      : dilation.x == 1 ? kernel.width : 1
  }

  var lanes: Int { isBlocked ? ChannelBlocks.lanes : 1 }

  private func forEachRun(_ channels: Range<Int>, _ body: (Run) -> Void) {
    for channel in stride(
      from: channels.lowerBound, to: channels.upperBound, by: isBlocked ? length : 1)
    {
      for y in 0..<kernel.height {
        for x in stride(from: 0, to: kernel.width, by: isBlocked ? 1 : length) {
          body(Run(channel: channel, y: y, x: x))
        }
      }
    }
  }

  func runs(_ channels: Range<Int>) -> [Run] {
    var runs: [Run] = []
    forEachRun(channels) { runs.append($0) }
    return runs
  }

  func forEachFactor(
    _ runs: ArraySlice<Run>, _ body: (_ channel: Int, _ y: Int, _ x: Int) -> Void
  ) {
    for run in runs {
      for i in 0..<length {
        if isBlocked {
          body(run.channel + i, run.y, run.x)
        } else {
          body(run.channel, run.y, run.x + i)
        }
      }
    }
  }

  /// Where each run starts, counted from the window's first pixel of the first channel.
  func offsets(_ channels: Range<Int>, _ plane: InputPlane) -> [Int32] {
    var offsets: [Int32] = []
    forEachRun(channels) { run in
      let pixel =
        run.channel / lanes * plane.height * plane.width + run.y * dilation.y * plane.width
        + run.x * dilation.x
      offsets.append(Int32(pixel * lanes + run.channel % lanes))
    }
    return offsets
  }
}
