import CalibrantLinearAlgebra

/// Convolution as weights × im2col matrix, tile by tile, so that a tile is finished while it is still in cache.
enum GEMMConvolution {
  /// Floats of an im2col tile: half of a 1 MB second-level cache.
  private static let tileSize = 128 * 1024
  private static let columnRange = 64...2048

  /// Columns of a tile: whole vectors, as many as the cache holds.
  static func tileColumns(_ shape: ConvolutionShape) -> Int {
    let fitting = tileSize / max(shape.depth, 1) / 16 * 16
    return min(max(fitting, columnRange.lowerBound), columnRange.upperBound)
  }

  /// - Parameters:
  ///   - input: N × C × H × W.
  ///   - output: N × M × OH × OW.
  static func run(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, _ operands: ConvolutionOperands,
    output: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    guard shape.outImageSize > 0 else { return }
    let columns = tileColumns(shape)
    if shape.positions >= columns {
      runWithinImages(shape, columns, input, operands, output, scratch)
    } else {
      runAcrossImages(shape, columns, input, operands, output, scratch)
    }
  }

  /// Pointwise: the image is its own im2col matrix.
  static func runPointwise(
    _ shape: ConvolutionShape, input: UnsafePointer<Float>, _ operands: ConvolutionOperands,
    output: UnsafeMutablePointer<Float>
  ) {
    let columns = tileColumns(shape)
    for image in 0..<shape.batch {
      for group in 0..<shape.group {
        let source =
          input + image * shape.inImageSize + group * shape.inChannelsPerGroup * shape.positions
        let target = output + image * shape.outImageSize
        for start in stride(from: 0, to: shape.positions, by: columns) {
          let count = min(columns, shape.positions - start)
          multiply(
            shape, group, operands, MatrixOperand(source + start, stride: shape.positions), count,
            into: target + group * shape.outChannelsPerGroup * shape.positions + start,
            stride: shape.positions)
          finish(shape, group, operands, target + start, count: count)
        }
      }
    }
  }

  private static func runWithinImages(
    _ shape: ConvolutionShape, _ columns: Int, _ input: UnsafePointer<Float>,
    _ operands: ConvolutionOperands, _ output: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let matrix = scratch.floats(shape.depth * columns)
    let groupSize = shape.inChannelsPerGroup * shape.height * shape.width
    for image in 0..<shape.batch {
      let target = output + image * shape.outImageSize
      for group in 0..<shape.group {
        let source = input + image * shape.inImageSize + group * groupSize
        for start in stride(from: 0, to: shape.positions, by: columns) {
          let count = min(columns, shape.positions - start)
          im2col(source, shape, columns: start..<start + count, into: matrix, stride: count)
          multiply(
            shape, group, operands, MatrixOperand(matrix, stride: count), count,
            into: target + group * shape.outChannelsPerGroup * shape.positions + start,
            stride: shape.positions)
          finish(shape, group, operands, target + start, count: count)
        }
      }
    }
  }

  /// Small outputs: one GEMM over several images, then each image's columns to their place.
  private static func runAcrossImages(
    _ shape: ConvolutionShape, _ columns: Int, _ input: UnsafePointer<Float>,
    _ operands: ConvolutionOperands, _ output: UnsafeMutablePointer<Float>, _ scratch: Scratch
  ) {
    let perTile = min(shape.batch, max(1, columns / shape.positions))
    let width = perTile * shape.positions
    let matrix = scratch.floats((shape.depth + shape.outChannelsPerGroup) * width)
    let product = matrix + shape.depth * width
    let groupSize = shape.inChannelsPerGroup * shape.height * shape.width
    for first in stride(from: 0, to: shape.batch, by: perTile) {
      let images = min(perTile, shape.batch - first)
      let count = images * shape.positions
      for group in 0..<shape.group {
        for image in 0..<images {
          im2col(
            input + (first + image) * shape.inImageSize + group * groupSize, shape,
            columns: 0..<shape.positions, into: matrix + image * shape.positions, stride: count)
        }
        multiply(
          shape, group, operands, MatrixOperand(matrix, stride: count), count, into: product,
          stride: count)
        scatter(
          shape, group, operands, product, images: images,
          into: output + first * shape.outImageSize)
      }
    }
  }

  private static func multiply(
    _ shape: ConvolutionShape, _ group: Int, _ operands: ConvolutionOperands,
    _ matrix: MatrixOperand, _ count: Int, into target: UnsafeMutablePointer<Float>, stride: Int
  ) {
    let weights = operands.weights + group * shape.outChannelsPerGroup * shape.depth
    gemm(
      m: shape.outChannelsPerGroup, n: count, k: shape.depth,
      MatrixOperand(weights, stride: shape.depth), matrix, into: target, stride: stride)
  }

  private static func finish(
    _ shape: ConvolutionShape, _ group: Int, _ operands: ConvolutionOperands,
    _ columns: UnsafeMutablePointer<Float>, count: Int
  ) {
    let first = group * shape.outChannelsPerGroup
    for m in first..<first + shape.outChannelsPerGroup {
      operands.finish(columns + m * shape.positions, count: count, channel: m)
    }
  }

  private static func scatter(
    _ shape: ConvolutionShape, _ group: Int, _ operands: ConvolutionOperands,
    _ product: UnsafePointer<Float>, images: Int, into output: UnsafeMutablePointer<Float>
  ) {
    let width = images * shape.positions
    let first = group * shape.outChannelsPerGroup
    for row in 0..<shape.outChannelsPerGroup {
      for image in 0..<images {
        let target = output + image * shape.outImageSize + (first + row) * shape.positions
        target.update(from: product + row * width + image * shape.positions, count: shape.positions)
        operands.finish(target, count: shape.positions, channel: first + row)
      }
    }
  }
}
