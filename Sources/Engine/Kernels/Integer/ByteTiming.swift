import Glibc

/// How long a convolution takes on floats, the way that runs take it, and on bytes: on one thread, in turns, on noise.
public struct ByteTiming: Sendable {
  /// A convolution of one image with the same numbers along both axes.
  public struct Shape: Sendable {
    let shape: ConvolutionShape

    /// - Parameter padding: on all four sides.
    public init(
      channels: Int, height: Int, width: Int, filters: Int, kernel: (height: Int, width: Int),
      stride: Int, padding: Int, groups: Int
    ) {
      shape = ConvolutionShape(
        batch: 1, inChannels: channels, height: height, width: width, outChannels: filters,
        group: groups, kernelHeight: kernel.height, kernelWidth: kernel.width, strideY: stride,
        strideX: stride, padTop: padding, padLeft: padding,
        outHeight: (height + 2 * padding - kernel.height) / stride + 1,
        outWidth: (width + 2 * padding - kernel.width) / stride + 1)
    }
  }

  /// Medians, in seconds of processor time.
  public let floats: Double
  public let bytes: Double
  /// What computes them.
  public let algorithms: (floats: String, bytes: String)

  /// - Parameters:
  ///   - repeats: odd, so that there is a median.
  ///   - seconds: of each measurement, about.
  public init(_ shape: Shape, repeats: Int = 9, seconds: Double = 0.005) {
    let isBlocked = !(shape.shape.inChannels <= ByteAlgorithm.denseChannels)
    let problem = TimedConvolution(shape.shape, isBlocked: isBlocked)
    let runs = [problem.runFloats, problem.runBytes]
    let counts = runs.map { run in
      run()
      return max(1, Int(seconds / max(Self.time(run), 1e-9)))
    }
    var times: [[Double]] = [[], []]
    for _ in 0..<repeats {
      for index in runs.indices {
        let total = Self.time { for _ in 0..<counts[index] { runs[index]() } }
        times[index].append(total / Double(counts[index]))
      }
    }
    floats = times[0].sorted()[repeats / 2]
    bytes = times[1].sorted()[repeats / 2]
    algorithms = ("\(problem.algorithms.floats)", "\(problem.algorithms.bytes)")
  }

  private static func time(_ body: () -> Void) -> Double {
    let start = threadSeconds()
    body()
    return threadSeconds() - start
  }

  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// The same convolution on floats with a Relu, and on bytes.
private struct TimedConvolution {
  let algorithms: (floats: BlockedAlgorithm, bytes: ByteAlgorithm)
  private let floats: BlockedConvolution
  private let bytes: ByteConvolution
  private let scratch = Scratch()
  private let input: AlignedFloats
  private let output: AlignedFloats
  private let inputCodes: AlignedValues<UInt8>
  private let outputCodes: AlignedValues<UInt8>

  init(_ shape: ConvolutionShape, isBlocked: Bool) {
    let lanes = ChannelBlocks.lanes
    let inChannels =
      isBlocked ? ChannelBlocks.count(shape.inChannels) * lanes : shape.inChannels
    let pixels = inChannels * shape.height * shape.width
    let results = ChannelBlocks.count(shape.outChannels) * lanes * shape.positions
    // As small as weights mostly are, most of which lie far from the largest.
    let codes = (0..<shape.outChannels * shape.depth).map { Int16($0 &* 7919 % 63 - 31) }
    let layer = CodeLayer(
      input: CodeGrid(scale: 0.02, zeroPoint: 120), weights: codes,
      weightScales: [Float](repeating: 0.01, count: shape.outChannels),
      bias: [Int32](repeating: 100, count: shape.outChannels),
      output: CodeGrid(scale: 0.5, zeroPoint: 0))
    algorithms = (
      BlockedAlgorithm(for: shape, isBlocked: isBlocked),
      ByteAlgorithm(for: shape, layer, isBlocked: isBlocked, loops: .best)
    )
    let weights = BlockedWeights(
      shape, for: algorithms.floats, codes.map { Float($0) / 31 }, bias: nil)
    floats = BlockedConvolution(shape: shape, weights: weights)
    bytes = ByteConvolution(shape, layer, algorithms.bytes)
    (input, output) = (AlignedFloats(pixels), AlignedFloats(results))
    (inputCodes, outputCodes) = (AlignedValues(pixels), AlignedValues(results))
    for index in 0..<pixels {
      input[index] = Float(index &* 7919 % 1000) / 500 - 1
      inputCodes[index] = UInt8(index &* 7919 % 256)
    }
  }

  func runFloats() {
    floats.run(
      input.base, epilogue: Epilogue(activation: .relu).loops(), into: output.base,
      scratch: scratch, workers: .alone)
  }

  func runBytes() {
    bytes.run(
      inputCodes.base, into: .codes(outputCodes.base), scratch: scratch, workers: .alone)
  }
}
