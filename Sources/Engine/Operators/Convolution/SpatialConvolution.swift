import CalibrantLinearAlgebra

/// The numbers of a convolution over any number of spatial axes, as im2col and one matrix product per group.
struct SpatialConvolution: Sendable {
  let batch: Int
  let inChannels: Int
  let outChannels: Int
  let group: Int
  let taps: WindowTaps
  let output: Shape

  /// By the attributes of Conv.
  init(_ attributes: Attributes, x: Shape, w: Shape) throws(GraphError) {
    let group = try attributes.int("group", default: 1)
    try self.init(WindowGeometry(attributes, weights: w), group: group, x: x, w: w)
  }

  /// - Parameter window: looked at where the shapes fit each other.
  init(
    _ window: @autoclosure () throws(GraphError) -> WindowGeometry, group: Int, x: Shape, w: Shape
  ) throws(GraphError) {
    self.group = group
    guard x.rank >= 3, w.rank == x.rank else {
      throw .shapeMismatch(reason: "X \(x) and W \(w) do not have the same spatial axes")
    }
    guard (1...max(x[1], 1)).contains(group), x[1] == w[1] &* group, w[0] % group == 0 else {
      throw .shapeMismatch(
        reason: "X \(x) has \(x[1]) channels, W \(w) in \(group) groups takes \(w[1] &* group)")
    }
    let window = try window()
    let input = Array(x.dims.dropFirst(2))
    let resolved = try window.resolved(input: input)
    (batch, inChannels, outChannels) = (x[0], x[1], w[0])
    taps = WindowTaps(window, resolved, input: input)
    output = Shape([x[0], w[0]] + resolved.output)
    try MemoryLimit.checkScratch(Shape([inChannels / group, taps.kernelCount] + resolved.output))
  }

  private var depth: Int { inChannels / group * taps.kernelCount }

  /// Calls `body` with the im2col matrix (depth × places) of each image and group, and the first output channel it feeds.
  func forEachMatrix(
    _ x: UnsafePointer<Float>, scratch: Scratch,
    _ body: (_ columns: UnsafePointer<Float>, _ image: Int, _ channel: Int) -> Void
  ) {
    let places = taps.outputCount
    let columns = scratch.floats(depth * places)
    for image in 0..<batch {
      for part in 0..<group {
        for channel in 0..<inChannels / group {
          let plane =
            x + (image * inChannels + part * inChannels / group + channel) * taps.inputCount
          taps.columns(of: plane, into: columns + channel * taps.kernelCount * places)
        }
        body(columns, image, part * outChannels / group)
      }
    }
  }

  /// y = bias + W · columns, in float.
  func run(
    _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, scratch: Scratch
  ) {
    let (places, rows) = (taps.outputCount, outChannels / group)
    forEachMatrix(x, scratch: scratch) { columns, image, channel in
      let target = y + (image * outChannels + channel) * places
      for row in 0..<rows {
        (target + row * places).update(repeating: bias?[channel + row] ?? 0, count: places)
      }
      gemm(
        m: rows, n: places, k: depth, MatrixOperand(w + channel * depth, stride: depth),
        MatrixOperand(columns, stride: places), beta: 1, into: target, stride: places)
    }
  }

  /// Sums of products of integers that floats hold, exact but for what clamped pairs lose.
  ///
  /// - Parameters:
  ///   - x: codes less their zero point, which is `zeroPoint` for codes as unsigned bytes.
  ///   - pairs: the pairs of weights that are clamped.
  func run(
    integers x: UnsafePointer<Float>, _ w: UnsafePointer<Float>,
    clamping pairs: SaturatingPairs = .none, zeroPoint: Int = 0,
    into y: UnsafeMutablePointer<Int32>, scratch: Scratch
  ) {
    let (places, rows) = (taps.outputCount, outChannels / group)
    let zero = Float(zeroPoint)
    forEachMatrix(x, scratch: scratch) { columns, image, channel in
      let target = y + (image * outChannels + channel) * places
      integerProduct(
        m: rows, n: places, k: depth, MatrixOperand(w + channel * depth, stride: depth),
        MatrixOperand(columns, stride: places), into: target)
      for row in 0..<rows {
        for pair in pairs.pairs(of: channel + row) {
          let (a, b) = (columns + pair.first * places, columns + pair.second * places)
          for i in 0..<places {
            target[row * places + i] &-= pair.excess(a[i], b[i], zeroPoint: zero)
          }
        }
      }
    }
  }

  /// Nothing for unsigned weights, whose products kernels widen.
  func saturatingPairs(of weights: TensorView) -> SaturatingPairs {
    weights.dtype == .int8 ? saturatingPairs(Array(weights.buffer(of: Int8.self))) : .none
  }

  /// Nothing where kernels compute a convolution of single channels exactly.
  func saturatingPairs(_ codes: [Int8]) -> SaturatingPairs {
    guard inChannels != group || outChannels != group else { return .none }
    return SaturatingPairs(
      codes, PairOrder(channels: inChannels / group, positions: taps.kernelCount))
  }
}
