/// The transformed weights G g Gᵀ in integers: for each of 36 positions a matrix of 16 · ⌈C/16⌉ × M in strips of output
/// blocks, two channels of an output side by side.
struct ByteWinogradWeights: Sendable {
  let ending: CodeEnding
  private let values: AlignedValues<Int16>
  private let inBlocks: Int
  private let outBlocks: Int

  /// Whether results are exact whatever the codes are: weights are signed bytes, and no sum leaves 2^25.
  static func areExact(_ layer: CodeLayer) -> Bool {
    let depth = layer.depth
    return (0..<layer.outputs).allSatisfy { output in
      var (positive, negative) = (0, 0)
      for weight in layer.weights[output * depth..<(output + 1) * depth] {
        guard (-128...127).contains(weight) else { return false }
        if weight > 0 { positive += Int(weight) } else { negative -= Int(weight) }
      }
      return 255 * max(positive, negative) < 1 << 25
    }
  }

  /// - Parameter layer: its weights are M × C × 3 × 3.
  init(_ shape: ConvolutionShape, _ layer: CodeLayer, blocksAtOnce: Int) {
    let lanes = ChannelBlocks.lanes
    inBlocks = ChannelBlocks.count(shape.inChannels)
    outBlocks = ChannelBlocks.count(shape.outChannels)
    ending = CodeEnding(layer)
    values = AlignedValues(
      repeating: 0,
      count: WinogradConvolution.positions * inBlocks * lanes * outBlocks * lanes)
    layer.weights.withUnsafeBufferPointer { weights in
      for m in 0..<shape.outChannels {
        let strip = m / lanes / blocksAtOnce * blocksAtOnce
        let width = min(blocksAtOnce, outBlocks - strip) * lanes
        for channel in 0..<shape.inChannels {
          let lane = (channel / 2 * width + m - strip * lanes) * 2 + channel % 2
          let kernel = (m * shape.inChannels + channel) * 9
          Self.transform(weights.baseAddress! + kernel) {
            base(position: $0, block: strip)[lane] = $1
          }
        }
      }
    }
  }

  /// The weights of the strip that starts with output block `block`.
  func base(position: Int, block: Int) -> UnsafeMutablePointer<Int16> {
    let lanes = ChannelBlocks.lanes
    return values.base + (position * outBlocks + block) * inBlocks * lanes * lanes
  }

  @inline(__always)
  private static func transform(
    _ kernel: UnsafePointer<Int16>, _ body: (_ position: Int, _ value: Int16) -> Void
  ) {
    func column(_ x: Int) -> SIMD8<Int16> { transform(kernel[x], kernel[3 + x], kernel[6 + x]) }
    let (left, middle, right) = (column(0), column(1), column(2))
    for i in 0..<6 {
      let line = transform(left[i], middle[i], right[i])
      for j in 0..<6 { body(6 * i + j, line[j]) }
    }
  }

  /// One dimension of G g Gᵀ, scaled so that values are integers (see `CKernels/Loops/ByteWinograd.h`); the last two lanes are
  /// unused.
  @inline(__always)
  private static func transform(_ a: Int16, _ b: Int16, _ c: Int16) -> SIMD8<Int16> {
    let (near, far) = (a + c, a + 4 * c)
    return [a, -near - b, b - near, far + 2 * b, far - 2 * b, c, 0, 0]
  }
}
