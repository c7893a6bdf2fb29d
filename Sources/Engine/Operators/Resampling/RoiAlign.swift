/// Regions of a feature map pooled to one size, each bin by samples between the pixels. https://onnx.ai/onnx/operators/onnx__RoiAlign.html
struct RoiAlign: OperatorKernel {
  static let opType = "RoiAlign"
  static let sinceVersion = 10

  private enum Mode: String {
    case avg, max
  }

  private enum Coordinates: String {
    case halfPixel = "half_pixel"
    case outputHalfPixel = "output_half_pixel"
  }

  private let mode: Mode
  private let size: (height: Int, width: Int)
  private let samplingRatio: Int
  private let scale: Float
  private let isHalfPixel: Bool

  init(_ node: Node) throws(GraphError) {
    mode = try node.attributes.choice("mode", default: Mode.avg)
    size = (
      try node.attributes.int("output_height", default: 1),
      try node.attributes.int("output_width", default: 1)
    )
    samplingRatio = try node.attributes.int("sampling_ratio", default: 0)
    scale = try node.attributes.float("spatial_scale", default: 1)
    let fallback = node.opset < 16 ? Coordinates.outputHalfPixel : .halfPixel
    isHalfPixel =
      try node.attributes.choice("coordinate_transformation_mode", default: fallback) == .halfPixel
    guard size.height > 0, size.width > 0, samplingRatio >= 0, samplingRatio < 1 << 16 else {
      throw .badAttribute(name: "output_height", reason: "and the other sizes must be positive")
    }
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let rois = try inputs.requiredFloat(1, "rois").shape
    let batch = try inputs.requiredIndices(2, "batch_indices")
    guard x.rank == 4, x[2] > 0, x[3] > 0, rois.rank == 2, rois[1] == 4, batch.dims == [rois[0]]
    else {
      throw .shapeMismatch(reason: "rois \(rois) and batch_indices \(batch) do not fit X \(x)")
    }
    return [TensorType(.float32, [rois[0], x[1], size.height, size.width])]
  }

  func run(_ call: OperatorCall) throws(GraphError) {
    let x = call.input(0)
    let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
    let batch = call.input(2).copied().integers ?? []
    let bins = size.height * size.width
    for roi in batch.indices {
      guard (0..<x.shape[0]).contains(batch[roi]) else {
        throw .wrongInput(name: "batch_indices", reason: "hold \(batch[roi]) of \(x.shape[0])")
      }
      let grid = try grid(call.input(1).floats, roi, height, width)
      for bin in 0..<bins {
        let samples = grid.samples(ofBin: bin)
        for channel in 0..<channels {
          let start = (batch[roi] * channels + channel) * height * width
          let plane = UnsafeBufferPointer(rebasing: x.floats[start..<start + height * width])
          call.output.floats[(roi * channels + channel) * bins + bin] = pooled(samples, plane)
        }
      }
    }
  }

  /// Where a region is sampled.
  private func grid(
    _ rois: UnsafeBufferPointer<Float>, _ roi: Int, _ height: Int, _ width: Int
  ) throws(GraphError) -> SampleGrid {
    let box = (0..<4).map { rois[roi * 4 + $0] * scale - (isHalfPixel ? 0.5 : 0) }
    let least: Float = isHalfPixel ? -.infinity : 1
    let extent = (y: max(box[3] - box[1], least), x: max(box[2] - box[0], least))
    let bin = (y: extent.y / Float(size.height), x: extent.x / Float(size.width))
    guard bin.y.magnitude < 0x1p16, bin.x.magnitude < 0x1p16 else {
      throw .wrongInput(name: "rois", reason: "hold a region of \(extent.y) × \(extent.x) pixels")
    }
    let counts = (
      y: samplingRatio > 0 ? samplingRatio : max(0, Int(bin.y.rounded(.up))),
      x: samplingRatio > 0 ? samplingRatio : max(0, Int(bin.x.rounded(.up)))
    )
    let samples = counts.y * counts.x
    guard samples <= Self.mostSamples else {
      throw .wrongInput(name: "rois", reason: "ask for \(samples) samples in each bin")
    }
    return SampleGrid(
      start: (box[1], box[0]), bin: bin, counts: counts, binsInRow: size.width,
      plane: (height, width))
  }

  /// Of one bin, which are held in memory.
  private static let mostSamples = 1 << 20

  /// The mean of the samples, or the largest of their weighted pixels.
  private func pooled(
    _ samples: [SampleGrid.Sample], _ plane: UnsafeBufferPointer<Float>
  ) -> Float {
    let terms = samples.lazy.map { sample in
      let i = sample.indices
      return sample.weights * SIMD4(plane[i[0]], plane[i[1]], plane[i[2]], plane[i[3]])
    }
    switch mode {
    case .avg:
      return terms.reduce(0) { $0 + ($1[0] + $1[1] + $1[2] + $1[3]) } / Float(max(samples.count, 1))
    case .max: return terms.map { $0.max() }.max() ?? 0
    }
  }
}

/// The points of one region that its bins are made of.
private struct SampleGrid {
  /// Four pixels and their weights.
  struct Sample {
    var indices: SIMD4<Int>
    var weights: SIMD4<Float>
  }

  let start: (y: Float, x: Float)
  let bin: (y: Float, x: Float)
  /// Samples along each axis of a bin.
  let counts: (y: Int, x: Int)
  let binsInRow: Int
  let plane: (height: Int, width: Int)

  func samples(ofBin number: Int) -> [Sample] {
    let (row, column) = number.quotientAndRemainder(dividingBy: binsInRow)
    return (0..<counts.y * counts.x).map { sample in
      let (iy, ix) = (sample / counts.x, sample % counts.x)
      return bilinear(
        start.y + Float(row) * bin.y + (Float(iy) + 0.5) * bin.y / Float(counts.y),
        start.x + Float(column) * bin.x + (Float(ix) + 0.5) * bin.x / Float(counts.x))
    }
  }

  private func bilinear(_ y: Float, _ x: Float) -> Sample {
    let (height, width) = plane
    guard y >= -1, x >= -1, y <= Float(height), x <= Float(width) else {
      return Sample(indices: .zero, weights: .zero)
    }
    let (y, x) = (min(max(y, 0), Float(height - 1)), min(max(x, 0), Float(width - 1)))
    let (top, left) = (Int(y), Int(x))
    let (bottom, right) = (min(top + 1, height - 1), min(left + 1, width - 1))
    let (dy, dx) = (y - Float(top), x - Float(left))
    return Sample(
      indices: SIMD4(
        top * width + left, top * width + right, bottom * width + left, bottom * width + right),
      weights: SIMD4((1 - dy) * (1 - dx), (1 - dy) * dx, dy * (1 - dx), dy * dx))
  }
}
