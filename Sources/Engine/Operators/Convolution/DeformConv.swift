import CalibrantLinearAlgebra

/// A 2-D convolution whose taps are moved by offsets that are data, and weighted by a mask. https://onnx.ai/onnx/operators/onnx__DeformConv.html
struct DeformConv: PlannedOperator {
  static let opType = "DeformConv"
  static let sinceVersion = 19

  private let attributes: Attributes
  private let offsetGroup: Int

  init(_ node: Node) throws(GraphError) {
    attributes = node.attributes
    offsetGroup = try node.attributes.int("offset_group", default: 1)
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    let x = try inputs.requiredFloat(0, "X").shape
    let w = try inputs.requiredFloat(1, "W").shape
    let offset = try inputs.requiredFloat(2, "offset").shape
    let plan = try SpatialConvolution(attributes, x: x, w: w)
    let kernel = plan.taps.kernelCount
    guard x.rank == 4, offsetGroup > 0, x[1] % offsetGroup == 0,
      offset.dims == [x[0], 2 * offsetGroup * kernel] + plan.taps.output
    else { throw .shapeMismatch(reason: "offset \(offset) does not fit X \(x) and W \(w)") }
    if let bias = inputs.optional(3), bias.type != TensorType(.float32, [w[0]]) {
      throw .shapeMismatch(reason: "bias \(bias.type) does not match W \(w)")
    }
    try MemoryLimit.checkScratch(Shape([x[1], kernel] + plan.taps.output))
    let mask = TensorType(.float32, Shape([x[0], offsetGroup * kernel] + plan.taps.output))
    if let given = inputs.optional(4), given.type != mask {
      throw .shapeMismatch(reason: "mask \(given.type) is not \(mask)")
    }
    return [TensorType(.float32, plan.output)]
  }

  private struct Plan {
    let convolution: SpatialConvolution
    let window: WindowGeometry
    let pads: [Int]
  }

  func prepare(_ inputs: [Operand?]) throws(GraphError) -> any PreparedKernel {
    let convolution = try SpatialConvolution(
      attributes, x: inputs.required(0, "X").type.shape, w: inputs.required(1, "W").type.shape)
    let window = try WindowGeometry(attributes, kernel: convolution.taps.kernel)
    return PlannedRun(
      Plan(
        convolution: convolution, window: window,
        pads: try window.resolved(input: convolution.taps.input).padsBegin), run)
  }

  private func run(_ call: OperatorCall, _ geometry: Plan) {
    let (x, w, plan) = (call.input(0), call.input(1), geometry.convolution)
    let (places, depth) = (plan.taps.outputCount, x.shape[1] * plan.taps.kernelCount)
    guard let weights = w.floats.baseAddress, let y = call.output.floats.baseAddress, places > 0
    else { return }
    let columns = call.scratch.floats(depth * places)
    let (rows, share) = (plan.outChannels / plan.group, depth / plan.group)
    let bias = call.optionalInput(3)?.floats
    for image in 0..<plan.batch {
      fill(columns, image, call, plan, geometry.window, geometry.pads)
      for channel in 0..<plan.outChannels {
        let target = y + (image * plan.outChannels + channel) * places
        target.update(repeating: bias?[channel] ?? 0, count: places)
      }
      for part in 0..<plan.group {
        gemm(
          m: rows, n: places, k: share, MatrixOperand(weights + part * rows * share, stride: share),
          MatrixOperand(columns + part * share * places, stride: places), beta: 1,
          into: y + (image * plan.outChannels + part * rows) * places, stride: places)
      }
    }
  }

  /// The im2col matrix of one image: what each tap finds where its offset moves it, between pixels by their mixture.
  private func fill(
    _ columns: UnsafeMutablePointer<Float>, _ image: Int, _ call: OperatorCall,
    _ plan: SpatialConvolution, _ window: WindowGeometry, _ pads: [Int]
  ) {
    let (x, offsets, mask) = (
      call.input(0).floats, call.input(2).floats, call.optionalInput(4)?.floats
    )
    let (places, kernel) = (plan.taps.outputCount, plan.taps.kernelCount)
    let (height, width) = (plan.taps.input[0], plan.taps.input[1])
    let channelsPerOffset = plan.inChannels / offsetGroup
    for channel in 0..<plan.inChannels {
      let plane = (image * plan.inChannels + channel) * height * width
      let part = (image * offsetGroup + channel / channelsPerOffset) * kernel
      for tap in 0..<kernel {
        let (ky, kx) = (tap / plan.taps.kernel[1], tap % plan.taps.kernel[1])
        for place in 0..<places {
          let (oy, ox) = (place / plan.taps.output[1], place % plan.taps.output[1])
          let shift = (part + tap) * 2 * places + place
          let y =
            Float(oy * window.strides[0] - pads[0] + ky * window.dilations[0]) + offsets[shift]
          let column =
            Float(ox * window.strides[1] - pads[1] + kx * window.dilations[1])
            + offsets[shift + places]
          let value = Self.sample(x, plane, y, column, height, width)
          columns[(channel * kernel + tap) * places + place] =
            value * (mask?[(part + tap) * places + place] ?? 1)
        }
      }
    }
  }

  /// Bilinear, with zeros outside the image.
  private static func sample(
    _ x: UnsafeBufferPointer<Float>, _ plane: Int, _ row: Float, _ column: Float, _ height: Int,
    _ width: Int
  ) -> Float {
    guard row > -1, column > -1, row < Float(height), column < Float(width) else { return 0 }
    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
    let (dy, dx) = (row - Float(top), column - Float(left))
    func pixel(_ y: Int, _ c: Int) -> Float {
      (0..<height).contains(y) && (0..<width).contains(c) ? x[plane + y * width + c] : 0
    }
    let upper = (1 - dx) * pixel(top, left) + dx * pixel(top, left + 1)
    let lower = (1 - dx) * pixel(top + 1, left) + dx * pixel(top + 1, left + 1)
    return (1 - dy) * upper + dy * lower
  }
}
