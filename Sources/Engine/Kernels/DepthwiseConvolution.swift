/// Convolution of each input channel with its own kernels, as sums of shifted rows.
///
/// A padded row is split by column modulo the stride, so that every inner loop reads with unit stride.
enum DepthwiseConvolution {
  /// - Parameters:
  ///   - input: N × C × H × W.
  ///   - output: N × M × OH × OW with M a multiple of C.
  static func run(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, _ operands: ConvolutionOperands,
    output: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let plane = PhasePlane(shape)
    let padded = scratch.floats(plane.count)
    let multiplier = shape.outChannelsPerGroup
    let taps = shape.kernelHeight * shape.kernelWidth
    for image in 0..<shape.batch {
      for channel in 0..<shape.inChannels {
        plane.fill(
          padded,
          from: input + image * shape.inImageSize + channel * shape.height * shape.width)
        for m in channel * multiplier..<(channel + 1) * multiplier {
          let target = output + image * shape.outImageSize + m * shape.positions
          convolve(
            shape, plane, padded, kernel: operands.weights + m * taps, into: target)
          operands.finish(target, count: shape.positions, channel: m)
        }
      }
    }
  }

  private static func convolve(
    _ shape: ConvolutionShape, _ plane: PhasePlane, _ padded: UnsafePointer<Float>,
    kernel: UnsafePointer<Float>, into output: UnsafeMutablePointer<Float>
  ) {
    for y in 0..<shape.outHeight {
      let row = output + y * shape.outWidth
      if shape.kernelHeight == 3 && shape.kernelWidth == 3 {
        convolveRow3x3(shape, plane, padded, kernel, y: y, into: row)
      } else {
        convolveRow(shape, plane, padded, kernel, y: y, into: row)
      }
    }
  }

  private static func convolveRow(
    _ shape: ConvolutionShape, _ plane: PhasePlane, _ padded: UnsafePointer<Float>,
    _ kernel: UnsafePointer<Float>, y: Int, into row: UnsafeMutablePointer<Float>
  ) {
    let count = shape.outWidth
    row.update(repeating: 0, count: count)
    for ky in 0..<shape.kernelHeight {
      for kx in 0..<shape.kernelWidth {
        let weight = kernel[ky * shape.kernelWidth + kx]
        let source = padded + plane.offset(outputRow: y, ky: ky, kx: kx)
        for x in 0..<count { row[x] += weight * source[x] }
      }
    }
  }

  private static func convolveRow3x3(
    _ shape: ConvolutionShape, _ plane: PhasePlane, _ padded: UnsafePointer<Float>,
    _ k: UnsafePointer<Float>, y: Int, into row: UnsafeMutablePointer<Float>
  ) {
    func source(_ ky: Int, _ kx: Int) -> UnsafePointer<Float> {
      padded + plane.offset(outputRow: y, ky: ky, kx: kx)
    }
    let (a0, a1, a2) = (source(0, 0), source(0, 1), source(0, 2))
    let (b0, b1, b2) = (source(1, 0), source(1, 1), source(1, 2))
    let (c0, c1, c2) = (source(2, 0), source(2, 1), source(2, 2))
    let (k0, k1, k2, k3, k4, k5, k6, k7, k8) = (
      k[0], k[1], k[2], k[3], k[4], k[5], k[6], k[7], k[8]
    )
    for x in 0..<shape.outWidth {
      let a = a0[x] * k0 + a1[x] * k1 + a2[x] * k2
      let b = b0[x] * k3 + b1[x] * k4 + b2[x] * k5
      let c = c0[x] * k6 + c1[x] * k7 + c2[x] * k8
      row[x] = a + b + c
    }
  }
}

/// A zero-padded image plane, each row split into `stride` phases: column j lies at phase j mod stride, place j / stride.
private struct PhasePlane {
  let shape: ConvolutionShape
  let rows: Int
  /// Floats of one phase of one row.
  let phaseWidth: Int

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    rows = (shape.outHeight - 1) * shape.strideY + (shape.kernelHeight - 1) * shape.dilationY + 1
    phaseWidth =
      shape.outWidth + ((shape.kernelWidth - 1) * shape.dilationX) / shape.strideX + 1
  }

  var rowSize: Int { phaseWidth * shape.strideX }
  var count: Int { max(rows, 0) * rowSize }

  func offset(outputRow y: Int, ky: Int, kx: Int) -> Int {
    let (place, phase) = (kx * shape.dilationX).quotientAndRemainder(dividingBy: shape.strideX)
    return (y * shape.strideY + ky * shape.dilationY) * rowSize + phase * phaseWidth + place
  }

  func fill(_ padded: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
    for row in 0..<rows {
      let target = padded + row * rowSize
      target.update(repeating: 0, count: rowSize)
      let y = row - shape.padTop
      guard y >= 0, y < shape.height else { continue }
      let line = image + y * shape.width
      for phase in 0..<shape.strideX {
        let shift = phase - shape.padLeft
        let inside = validOutputs(
          shift: shift, stride: shape.strideX, input: shape.width, output: phaseWidth)
        let place = target + phase * phaseWidth
        for i in inside { place[i] = line[i &* shape.strideX &+ shift] }
      }
    }
  }
}
