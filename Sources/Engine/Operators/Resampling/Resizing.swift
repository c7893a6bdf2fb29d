/// What Resize and Upsample share: axes resampled one after the other.
struct Resizing: Sendable {
  var kernel: InterpolationKernel
  var coordinates: ResizeCoordinates
  var antialiases = false
  var excludesOutside = false
  var extrapolation: Float = 0

  /// A product as the size of an axis: −1, with which a shape is refused, where there is no such size.
  static func size(_ exact: Double) -> Int { exact.magnitude < 0x1p40 ? Int(exact) : -1 }

  func check(_ type: TensorType) throws(GraphError) {
    if case .nearest = kernel, coordinates != .tfCropAndResize { return }
    guard type.dtype == .float32 else {
      throw .notImplemented(reason: "interpolation of X of type \(type.dtype)")
    }
  }

  /// Output positions whose taps are kept at once: they take more memory than what they make.
  private static let positionsAtOnce = 4096

  private func samplings(_ axis: ResizeCoordinates.Axis) -> some Sequence<AxisSampling> {
    stride(from: 0, to: axis.output, by: Self.positionsAtOnce).lazy.map { start in
      var sampling = AxisSampling(start: start, size: axis.output)
      for index in start..<min(start + Self.positionsAtOnce, axis.output) {
        append(index, axis, to: &sampling)
      }
      return sampling
    }
  }

  private func append(
    _ index: Int, _ axis: ResizeCoordinates.Axis, to sampling: inout AxisSampling
  ) {
    let x = coordinates.position(index, axis)
    let isOutside = coordinates == .tfCropAndResize && !(x >= 0 && x <= Double(axis.input - 1))
    guard !isOutside else { return sampling.append(constant: extrapolation) }
    let scale = antialiases ? min(axis.scale, 1) : 1
    sampling.append {
      kernel.appendTaps(
        at: x, size: axis.input, scale: scale, excludesOutside: excludesOutside, to: &$0)
    }
  }

  func run(
    _ input: TensorView, _ axes: [ResizeCoordinates.Axis], into output: MutableTensorView
  ) {
    guard output.count > 0 else { return }
    let size = input.dtype.byteSize
    var current = input.copied()
    // Axes that shrink come first, so that the others have less to do.
    for axis in axes.indices.sorted(by: { axes[$0].scale < axes[$1].scale })
    where !axes[axis].isIdentity {
      var shape = current.shape
      shape[axis] = axes[axis].output
      let loop = AxisLoop(current.shape, axis: axis)
      current = Tensor(TensorType(input.dtype, shape)) { target in
        current.withBytes { source in
          guard let x = source.baseAddress, let y = target.baseAddress else { return }
          for sampling in samplings(axes[axis]) {
            if case .nearest = kernel, coordinates != .tfCropAndResize {
              sampling.copy(x, loop, elementSize: size, into: y)
            } else {
              sampling.apply(
                x.assumingMemoryBound(to: Float.self), loop,
                into: y.assumingMemoryBound(to: Float.self))
            }
          }
        }
      }
    }
    current.withBytes { output.bytes.copyMemory(from: $0) }
  }
}

extension Array where Element == Operand? {
  /// The values of a float operand that must be known before the model runs; nil where it is omitted or empty.
  func knownFloats(_ index: Int, _ name: String) throws(GraphError) -> [Float]? {
    guard let operand = optional(index), operand.type.shape.elementCount > 0 else { return nil }
    guard let constant = operand.constant else { throw .dependsOnData(input: name) }
    guard constant.dtype == .float32 else {
      throw .wrongInput(name: name, reason: "holds no floats but \(operand.type)")
    }
    return constant.array(of: Float.self)
  }
}
