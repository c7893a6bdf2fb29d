/// The transformed weights G g Gᵀ: for each of 36 positions a matrix C × M in strips of output blocks.
struct WinogradWeights: Sendable {
  let bias: AlignedFloats
  let zeros: AlignedFloats
  let runLength: Int
  private let values: AlignedFloats
  private let inChannels: Int
  private let outBlocks: Int

  /// - Parameters:
  ///   - weights: M × C × 3 × 3.
  ///   - bias: M values, or nil.
  init(
    _ shape: ConvolutionShape, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    blocksAtOnce: Int
  ) {
    inChannels = shape.inChannels
    outBlocks = ChannelBlocks.count(shape.outChannels)
    runLength = FactorOrder(shape, isBlocked: true).length
    self.bias = ChannelBlocks.padded(
      bias.map { UnsafeBufferPointer(start: $0, count: shape.outChannels) },
      channels: shape.outChannels)
    zeros = ChannelBlocks.padded(nil, channels: blocksAtOnce * ChannelBlocks.lanes)
    values = AlignedFloats(
      WinogradConvolution.positions * inChannels * outBlocks * ChannelBlocks.lanes)
    values.base.update(repeating: 0, count: values.count)
    withUnsafeTemporaryAllocation(of: Double.self, capacity: WinogradConvolution.positions) {
      fill(shape, weights, blocksAtOnce, transformed: $0.baseAddress!)
    }
  }

  private func fill(
    _ shape: ConvolutionShape, _ weights: UnsafePointer<Float>, _ blocksAtOnce: Int,
    transformed: UnsafeMutablePointer<Double>
  ) {
    for m in 0..<shape.outChannels {
      let strip = m / ChannelBlocks.lanes / blocksAtOnce * blocksAtOnce
      let width = min(blocksAtOnce, outBlocks - strip) * ChannelBlocks.lanes
      for channel in 0..<inChannels {
        let kernel = weights + (m * inChannels + channel) * 9
        let lane = channel * width + m - strip * ChannelBlocks.lanes
        Self.transform(kernel, into: transformed)
        for position in 0..<WinogradConvolution.positions {
          base(position: position, block: strip)[lane] = Float(transformed[position])
        }
      }
    }
  }

  /// The weights of the strip that starts with output block `block`.
  func base(position: Int, block: Int) -> UnsafeMutablePointer<Float> {
    values.base + (position * outBlocks + block) * inChannels * ChannelBlocks.lanes
  }

  /// Where the channels of transformed tiles start.
  func offsets(tiles: Int) -> [Int32] {
    stride(from: 0, to: inChannels, by: runLength).map { channel in
      Int32(
        channel / ChannelBlocks.lanes * tiles * ChannelBlocks.lanes
          + channel % ChannelBlocks.lanes)
    }
  }

  private static func transform(
    _ kernel: UnsafePointer<Float>, into positions: UnsafeMutablePointer<Double>
  ) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 18) { columns in
      for x in 0..<3 {
        let line = transform(Double(kernel[x]), Double(kernel[3 + x]), Double(kernel[6 + x]))
        for y in 0..<6 { columns[3 * y + x] = line[y] }
      }
      for y in 0..<6 {
        let line = transform(columns[3 * y], columns[3 * y + 1], columns[3 * y + 2])
        for x in 0..<6 { positions[6 * y + x] = line[x] }
      }
    }
  }

  /// One dimension of G g Gᵀ, for the points of `CKernels/Loops/Winograd.h`; the last two lanes are unused.
  @inline(__always)
  private static func transform(_ a: Double, _ b: Double, _ c: Double) -> SIMD8<Double> {
    let (near, far) = (0.5.squareRoot() * b, 2.0.squareRoot() * b)
    let (nearEven, farEven) = (a + c / 2, a + 2 * c)
    return [
      a, (nearEven + near) / -1.5, (nearEven - near) / -1.5, (farEven + far) / 6,
      (farEven - far) / 6, c, 0, 0,
    ]
  }
}
