import CKernels
import Synchronization

/// A convolution of 8-bit codes with constant 8-bit weights on blocked tensors: exact 32-bit sums, less what clamped pairs
/// lose, which are counted.
///
/// The sums are those of the float kernels on integers, which floats hold exactly. Weights are prepared at the first call.
final class CountedConvolution: Sendable {
  private struct Prepared: Sendable {
    let digits: IntegerDigits
    let convolutions: [BlockedConvolution]
    let pairs: SaturatingPairs
  }

  private let prepared = Mutex<Prepared?>(nil)

  struct Operands {
    /// Dense or blocked, on the grid of `layer`.
    let input: UnsafePointer<Float>
    let isBlocked: Bool
    /// M × C/group × KH × KW; the same at every call.
    let weights: UnsafeBufferPointer<Int8>
    let output: UnsafeMutablePointer<Float>
  }

  private func prepared(
    _ shape: ConvolutionShape, _ layer: IntegerLayer, _ weights: UnsafeBufferPointer<Int8>
  ) -> Prepared {
    prepared.withLock { prepared in
      if let prepared { return prepared }
      let digits = IntegerDigits(
        weights.map { Int($0) - layer.weightZeroPoint }, depth: shape.depth,
        zeroPoint: layer.inputZeroPoint)
      let clamps = layer.clampsPairs && !shape.isPlainDepthwise
      let order = PairOrder(
        channels: shape.inChannelsPerGroup, positions: shape.kernelHeight * shape.kernelWidth)
      let new = Prepared(
        digits: digits, convolutions: digits.parts.map { _ in BlockedConvolution() },
        pairs: clamps ? SaturatingPairs(Array(weights), order) : .none)
      prepared = new
      return new
    }
  }

  /// - Parameter requantization: of all lanes of the output's blocks.
  func run(
    _ shape: ConvolutionShape, _ layer: IntegerLayer, _ operands: Operands,
    _ requantization: ColumnRequantization, scratch: Scratch, workers: Workers
  ) {
    let prepared = prepared(shape, layer, operands.weights)
    var image = shape
    image.batch = 1
    let lanes = operands.isBlocked ? ChannelBlocks.lanes : 1
    let planes = (shape.inChannels + lanes - 1) / lanes
    let inputSize = planes * lanes * shape.height * shape.width
    let outputSize = ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
    let (codes, product) = (AlignedFloats(inputSize), AlignedFloats(outputSize))
    var sums = [Int32](repeating: 0, count: outputSize)
    let algorithm: BlockedAlgorithm =
      !operands.isBlocked ? .directFromDense : shape.isPlainDepthwise ? .depthwise : .direct
    for index in 0..<shape.batch {
      BlockLoops.best.table.pointee.steps(
        operands.input + index * inputSize, Int64(inputSize), layer.inputScale, codes.base)
      for i in sums.indices { sums[i] = 0 }
      var factor: Int32 = 1
      for (part, convolution) in zip(prepared.digits.parts, prepared.convolutions) {
        part.withUnsafeBufferPointer { weights in
          convolution.run(
            image, algorithm,
            BlockedConvolution.Operands(
              input: codes.base, weights: weights.baseAddress!, bias: nil, output: product.base),
            epilogue: CKEpilogue(), scratch: scratch, workers: workers)
        }
        BlockLoops.best.table.pointee.addScaled(
          product.base, Int64(outputSize), factor, &sums)
        factor &*= Int32(prepared.digits.base)
      }
      if !prepared.pairs.isEmpty {
        let dense = DenseCodes(codes.base, image, isBlocked: operands.isBlocked, workers: workers)
        let clamped = dense.subtractExcess(
          of: prepared.pairs, zeroPoint: layer.inputZeroPoint, from: &sums)
        layer.clamps.add(clamped, of: shape.outChannels * shape.positions)
      }
      requantization.apply(
        blocked: sums, pixels: shape.positions, into: operands.output + index * outputSize)
    }
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
    plane.copy(dense.base, into: values.base, workers: workers)
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
