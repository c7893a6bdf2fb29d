import CKernels

/// A convolution of 8-bit codes with constant 8-bit weights on blocked tensors: exact 32-bit sums, less what clamped pairs
/// lose, which are counted.
///
/// The sums are those of the float kernels on integers, which floats hold exactly.
struct CountedConvolution: Sendable {
  /// Weights as sums of digits, and the pairs that clamp.
  struct Weights: Sendable {
    let digits: [BlockedWeights]
    let base: Int32
    let pairs: SaturatingPairs
  }

  let shape: ConvolutionShape
  let layer: IntegerLayer
  let weights: Weights
  let isBlocked: Bool
  /// Of all lanes of the output's blocks.
  let requantization: ColumnRequantization

  /// - Parameters:
  ///   - input: dense or blocked, on the grid of the layer.
  ///   - output: blocked.
  func run(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, scratch: Scratch,
    workers: Workers
  ) {
    var image = shape
    image.batch = 1
    let lanes = isBlocked ? ChannelBlocks.lanes : 1
    let planes = (shape.inChannels + lanes - 1) / lanes
    let inputSize = planes * lanes * shape.height * shape.width
    let outputSize = ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
    let (codes, product) = (AlignedFloats(inputSize), AlignedFloats(outputSize))
    var sums = [Int32](repeating: 0, count: outputSize)
    for index in 0..<shape.batch {
      BlockLoops.best.table.pointee.steps(
        input + index * inputSize, Int64(inputSize), layer.inputScale, codes.base)
      for i in sums.indices { sums[i] = 0 }
      var factor: Int32 = 1
      for digit in weights.digits {
        BlockedConvolution(shape: image, weights: digit).run(
          codes.base, into: product.base, scratch: scratch, workers: workers)
        BlockLoops.best.table.pointee.addScaled(product.base, Int64(outputSize), factor, &sums)
        factor &*= weights.base
      }
      if !weights.pairs.isEmpty {
        let dense = DenseCodes(codes.base, image, isBlocked: isBlocked, workers: workers)
        let clamped = dense.subtractExcess(
          of: weights.pairs, zeroPoint: layer.inputZeroPoint, from: &sums)
        layer.clamps.add(clamped, of: shape.outChannels * shape.positions)
      }
      requantization.apply(
        blocked: sums, pixels: shape.positions, into: output + index * outputSize)
    }
  }
}

extension CountedConvolution.Weights {
  /// - Parameter codes: M × C/group × KH × KW.
  init(_ codes: [Int8], _ shape: ConvolutionShape, _ layer: IntegerLayer, isBlocked: Bool) {
    let digits = IntegerDigits(
      codes.map { Int($0) - layer.weightZeroPoint }, depth: shape.depth,
      zeroPoint: layer.inputZeroPoint)
    let algorithm: BlockedAlgorithm =
      !isBlocked ? .directFromDense : shape.isPlainDepthwise ? .depthwise : .direct
    let clamps = layer.clampsPairs && !shape.isPlainDepthwise
    let order = PairOrder(
      channels: shape.inChannelsPerGroup, positions: shape.kernelHeight * shape.kernelWidth)
    self.init(
      digits: digits.parts.map { BlockedWeights(shape, for: algorithm, $0, bias: nil) },
      base: Int32(digits.base), pairs: clamps ? SaturatingPairs(codes, order) : .none)
  }
}

/// An image's codes plane by plane, with the window's padding around them.
private struct DenseCodes {
  private let shape: ConvolutionShape
  private let plane: InputPlane
  private let values: AlignedFloats

  init(
    _ codes: UnsafePointer<Float>, _ shape: ConvolutionShape, isBlocked: Bool, workers: Workers
  ) {
    self.shape = shape
    plane = InputPlane(shape, lanes: 1)
    let pixels = shape.height * shape.width
    let dense = AlignedFloats(shape.inChannels * pixels)
    if isBlocked {
      let lanes = ChannelBlocks.lanes
      for block in 0..<ChannelBlocks.count(shape.inChannels) {
        BlockLoops.best.table.pointee.unblock(
          codes + block * pixels * lanes, Int32(min(lanes, shape.inChannels - block * lanes)),
          Int64(pixels), dense.base + block * lanes * pixels)
      }
    } else {
      dense.base.update(from: codes, count: dense.count)
    }
    guard plane.isCopied else {
      values = dense
      return
    }
    values = AlignedFloats(plane.imageSize)
    plane.copy(dense.base, filling: 0, into: values.base, workers: workers)
  }

  /// - Parameter sums: blocked.
  /// - Returns: how many sums lost something.
  func subtractExcess(
    of pairs: SaturatingPairs, zeroPoint: Int, from sums: inout [Int32]
  ) -> Int {
    let (positions, lanes) = (shape.positions, ChannelBlocks.lanes)
    var excess = [Int32](repeating: 0, count: positions)
    var clamped = 0
    for output in 0..<shape.outChannels where !pairs.pairs(of: output).isEmpty {
      for i in excess.indices { excess[i] = 0 }
      excess.withUnsafeMutableBufferPointer { excess in
        for pair in pairs.pairs(of: output) {
          add(pair, output, zeroPoint, into: excess.baseAddress!)
        }
      }
      let start = output / lanes * positions * lanes + output % lanes
      for position in 0..<positions where excess[position] != 0 {
        sums[start + position * lanes] &-= excess[position]
        clamped += 1
      }
    }
    return clamped
  }

  private func add(
    _ pair: SaturatingPairs.Pair, _ output: Int, _ zeroPoint: Int,
    into excess: UnsafeMutablePointer<Int32>
  ) {
    let group = output / shape.outChannelsPerGroup
    let offsets = (offset(of: pair.first, group), offset(of: pair.second, group))
    if shape.isPointwise && !plane.isCopied {
      pair.addExcess(
        values.base, offsets: offsets, zeroPoint: zeroPoint, count: shape.positions, into: excess)
      return
    }
    for row in 0..<shape.outHeight {
      pair.addExcess(
        values.base + row * shape.strideY * plane.width, offsets: offsets, stride: shape.strideX,
        zeroPoint: zeroPoint, count: shape.outWidth, into: excess + row * shape.outWidth)
    }
  }

  /// Where the factor of a weight lies for the first output.
  private func offset(of place: Int, _ group: Int) -> Int {
    let taps = shape.kernelHeight * shape.kernelWidth
    let (channel, tap) = (group * shape.inChannelsPerGroup + place / taps, place % taps)
    let (y, x) = (tap / shape.kernelWidth, tap % shape.kernelWidth)
    return channel * plane.height * plane.width + y * shape.dilationY * plane.width
      + x * shape.dilationX
  }
}
