import CKernels

/// A convolution of 8-bit codes whose sums of two products are clamped, as a product of im2col rows of bytes with weights in
/// the order in which kernels add: position by position, channels fastest.
struct CodeConvolution: Sendable {
  let shape: ConvolutionShape
  let layer: IntegerLayer
  let strips: [CodeStrip]
  let isBlocked: Bool
  /// Of all lanes of the output's blocks; sums hold the input's zero point.
  let requantization: ColumnRequantization
  var loops = BlockLoops.best

  /// - Parameters:
  ///   - input: dense or blocked, on the grid of the layer.
  ///   - output: blocked.
  func run(
    _ input: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>, workers: Workers
  ) {
    let lanes = isBlocked ? ChannelBlocks.lanes : 1
    let inputSize = (shape.inChannels + lanes - 1) / lanes * lanes * shape.height * shape.width
    let outputSize = ChannelBlocks.count(shape.outChannels) * shape.positions * ChannelBlocks.lanes
    for image in 0..<shape.batch {
      let codes = PixelCodes(
        input + image * inputSize, shape, layer, isBlocked: isBlocked, loops: loops)
      multiply(codes, into: output + image * outputSize, workers: workers)
    }
  }

  /// Rows of pixels whose bytes stay in a cache while all weights pass over them.
  private static let bandBytes = 128 << 10

  private func multiply(
    _ codes: PixelCodes, into output: UnsafeMutablePointer<Float>, workers: Workers
  ) {
    let depth = (shape.depth + 3) / 4 * 4
    let band = max(48, Self.bandBytes / max(depth, 1) / 12 * 12)
    let bands = (shape.positions + band - 1) / band
    workers.forEach(bands * shape.group) { unit in
      let group = unit % shape.group
      let positions =
        unit / shape.group * band..<min((unit / shape.group + 1) * band, shape.positions)
      let rows = codes.rows(positions, group: group, depth: depth)
      rows.withPointer { x, stride in
        for strip in strips where strip.group == group {
          multiply(strip, x, stride, positions, depth, into: output)
        }
      }
    }
  }

  private func multiply(
    _ strip: CodeStrip, _ x: UnsafePointer<UInt8>, _ stride: Int, _ positions: Range<Int>,
    _ depth: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let lanes = ChannelBlocks.lanes
    var product = CKCodeProduct()
    product.x = x
    product.xStride = Int64(stride)
    product.rows = Int64(positions.count)
    product.depth = Int32(depth)
    product.blocks = Int32(strip.blocks)
    strip.weights.withUnsafeBufferPointer { weights in
      product.weights = weights.baseAddress
      requantization.withColumns(from: strip.firstBlock * lanes) { to in
        product.to = to
        let block = shape.positions * lanes
        product.y = output + strip.firstBlock * block + positions.lowerBound * lanes
        product.yStride = Int64(lanes)
        product.yBlockStride = Int64(block)
        loops.table.pointee.multiplyCodes(&product)
      }
    }
  }
}

/// Weights of some output blocks of one group, four products of a channel side by side.
struct CodeStrip: Sendable {
  let group: Int
  let firstBlock: Int
  let blocks: Int
  /// depth / 4 × (16 · blocks) × 4, with zeros where no weight belongs.
  let weights: [Int8]

  /// - Parameter weights: M × C/group × KH × KW.
  static func all(
    _ shape: ConvolutionShape, _ weights: [Int8], blocksAtOnce: Int = BlockLoops.best.blocksAtOnce
  ) -> [CodeStrip] {
    let count = ChannelBlocks.count(shape.outChannelsPerGroup)
    return (0..<shape.group).flatMap { group in
      stride(from: 0, to: count, by: blocksAtOnce).map { first in
        CodeStrip(
          shape, weights, group: group, firstBlock: group * count + first,
          blocks: min(blocksAtOnce, count - first))
      }
    }
  }

  private init(
    _ shape: ConvolutionShape, _ source: [Int8], group: Int, firstBlock: Int,
    blocks: Int
  ) {
    (self.group, self.firstBlock, self.blocks) = (group, firstBlock, blocks)
    let order = PairOrder(
      channels: shape.inChannelsPerGroup, positions: shape.kernelHeight * shape.kernelWidth)
    let width = blocks * ChannelBlocks.lanes
    let depth = (shape.depth + 3) / 4 * 4
    var packed = [Int8](repeating: 0, count: depth * width)
    let first = firstBlock * ChannelBlocks.lanes
    for lane in 0..<width where first + lane < shape.outChannels {
      let row = (first + lane) * shape.depth
      for k in 0..<shape.depth {
        packed[(k / 4 * width + lane) * 4 + k % 4] = source[row + order.place(k)]
      }
    }
    weights = packed
  }
}

/// An image's codes as unsigned bytes, pixel after pixel, with the window's padding around them.
private struct PixelCodes {
  /// Some rows of bytes, and how far apart they start.
  struct Rows {
    let bytes: [UInt8]
    let start: Int
    let stride: Int

    func withPointer(_ body: (UnsafePointer<UInt8>, _ stride: Int) -> Void) {
      bytes.withUnsafeBufferPointer { body($0.baseAddress! + start, stride) }
    }
  }

  private let shape: ConvolutionShape
  private let plane: InputPlane
  /// Bytes from one pixel to the next: a multiple of 4 where pixels are rows themselves.
  private let pixelStride: Int
  private let bytes: [UInt8]

  init(
    _ input: UnsafePointer<Float>, _ shape: ConvolutionShape, _ layer: IntegerLayer,
    isBlocked: Bool, loops: BlockLoops
  ) {
    self.shape = shape
    let plane = InputPlane(shape, lanes: 1)
    let isRow = shape.isPointwise && !plane.isCopied && shape.group == 1
    let stride = isRow ? (shape.inChannels + 3) / 4 * 4 : shape.inChannels
    (self.plane, pixelStride) = (plane, stride)
    let zero = UInt8(clamping: layer.inputZeroPoint)
    // Blocks of 16 bytes are stored whole, beyond the last pixel's end too.
    var bytes = [UInt8](
      repeating: zero, count: plane.height * plane.width * stride + ChannelBlocks.lanes)
    let (top, left) = plane.isCopied ? (shape.padTop, shape.padLeft) : (0, 0)
    bytes.withUnsafeMutableBufferPointer { bytes in
      for row in 0..<min(shape.height, plane.height - top) {
        let target = bytes.baseAddress! + ((row + top) * plane.width + left) * stride
        Self.convert(
          input, row, min(shape.width, plane.width - left), shape, layer, isBlocked, loops,
          into: target, stride)
      }
    }
    self.bytes = bytes
  }

  private static func convert(
    _ input: UnsafePointer<Float>, _ row: Int, _ columns: Int, _ shape: ConvolutionShape,
    _ layer: IntegerLayer, _ isBlocked: Bool, _ loops: BlockLoops,
    into target: UnsafeMutablePointer<UInt8>, _ stride: Int
  ) {
    let pixels = shape.height * shape.width
    let lanes = ChannelBlocks.lanes
    let zero = Float(layer.inputZeroPoint)
    guard columns > 0 else { return }
    guard isBlocked else {
      for channel in 0..<shape.inChannels {
        let line = input + channel * pixels + row * shape.width
        for column in 0..<columns {
          let code = (line[column] / layer.inputScale + zero).rounded(.toNearestOrEven)
          target[column * stride + channel] = UInt8(min(max(code, 0), 255))
        }
      }
      return
    }
    for block in 0..<ChannelBlocks.count(shape.inChannels) {
      loops.table.pointee.toCodes(
        input + (block * pixels + row * shape.width) * lanes, Int64(columns),
        Int32(min(lanes, shape.inChannels - block * lanes)), layer.inputScale, zero,
        target + block * lanes, Int64(stride))
    }
  }

  /// The bytes that the products of some output positions take, in the order of the weights.
  func rows(_ positions: Range<Int>, group: Int, depth: Int) -> Rows {
    if shape.isPointwise && !plane.isCopied && shape.group == 1 {
      return Rows(bytes: bytes, start: positions.lowerBound * pixelStride, stride: pixelStride)
    }
    var rows = [UInt8](repeating: 0, count: positions.count * depth)
    rows.withUnsafeMutableBufferPointer { rows in
      bytes.withUnsafeBufferPointer { bytes in
        for (index, position) in positions.enumerated() {
          gather(
            position, group, from: bytes.baseAddress!, into: rows.baseAddress! + index * depth)
        }
      }
    }
    return Rows(bytes: rows, start: 0, stride: depth)
  }

  private func gather(
    _ position: Int, _ group: Int, from bytes: UnsafePointer<UInt8>,
    into row: UnsafeMutablePointer<UInt8>
  ) {
    let channels = shape.inChannelsPerGroup
    let (y, x) = position.quotientAndRemainder(dividingBy: shape.outWidth)
    // Neighbouring positions of the window lie side by side where all channels do.
    let isRun = shape.group == 1 && shape.dilationX == 1
    let (steps, length) =
      isRun ? (1, shape.kernelWidth * channels) : (shape.kernelWidth, channels)
    var target = row
    for ky in 0..<shape.kernelHeight {
      let line = (y * shape.strideY + ky * shape.dilationY) * plane.width + x * shape.strideX
      for kx in 0..<steps {
        let source = bytes + (line + kx * shape.dilationX) * pixelStride + group * channels
        target.update(from: source, count: length)
        target += length
      }
    }
  }
}
