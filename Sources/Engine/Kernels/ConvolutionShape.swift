/// Every number a 2-D convolution's loops need. Batch N, channels C → M, image H×W → output OH×OW.
struct ConvolutionShape: Sendable, Hashable {
  var batch: Int
  var inChannels: Int
  var height: Int
  var width: Int
  var outChannels: Int
  var group: Int
  var kernelHeight: Int
  var kernelWidth: Int
  var strideY = 1
  var strideX = 1
  var dilationY = 1
  var dilationX = 1
  /// Zero rows above and columns left of the image; what lies below and right follows from the output size.
  var padTop = 0
  var padLeft = 0
  var outHeight: Int
  var outWidth: Int

  /// What packed weights depend on: all but the image and its windows' places.
  var withoutImage: ConvolutionShape {
    var shape = self
    (shape.batch, shape.height, shape.width, shape.outHeight, shape.outWidth) = (0, 0, 0, 0, 0)
    (shape.strideY, shape.strideX, shape.padTop, shape.padLeft) = (1, 1, 0, 0)
    return shape
  }

  var inChannelsPerGroup: Int { inChannels / group }
  var outChannelsPerGroup: Int { outChannels / group }
  /// Rows of an im2col matrix: C/group · KH · KW.
  var depth: Int { inChannelsPerGroup * kernelHeight * kernelWidth }
  /// Columns of an im2col matrix of one image: OH · OW.
  var positions: Int { outHeight * outWidth }
  var inImageSize: Int { inChannels * height * width }
  var outImageSize: Int { outChannels * positions }

  /// Whether the im2col matrix of an image is the image itself.
  var isPointwise: Bool {
    kernelHeight == 1 && kernelWidth == 1 && strideY == 1 && strideX == 1 && padTop == 0
      && padLeft == 0 && outHeight == height && outWidth == width
  }

  /// One input channel per group.
  var isDepthwise: Bool { group == inChannels && group > 1 }
}

/// The ways to compute a convolution on dense tensors: of one spatial axis, or with weights that the model computes. All
/// others are blocked (`BlockedAlgorithm`). Each equals the naive sum up to rounding.
enum ConvolutionAlgorithm: Sendable, CaseIterable {
  /// GEMM straight on the image: 1×1, stride 1.
  case pointwise
  /// Tiles of the im2col matrix times the weights.
  case im2col

  /// The choice depends on the shape alone, so that the same model always takes the same path.
  init(for shape: ConvolutionShape) {
    if shape.isPointwise && shape.positions >= Self.fewestPointwiseColumns {
      self = .pointwise
    } else {
      self = .im2col
    }
  }

  /// Below this many positions an image alone makes too thin a GEMM, and im2col gathers several.
  private static let fewestPointwiseColumns = 128
}

/// The constant operands of a convolution and what follows it.
struct ConvolutionOperands {
  /// M × (C/group · KH · KW), row-major.
  let weights: UnsafePointer<Float>
  /// M values, or nil.
  let bias: UnsafePointer<Float>?
  let activation: Activation

  /// Adds channel `m`'s bias to `count` outputs and applies the activation.
  @inline(__always)
  func finish(_ values: UnsafeMutablePointer<Float>, count: Int, channel m: Int) {
    if let bias {
      activation.apply(values, count: count, adding: bias[m])
    } else {
      activation.apply(values, count: count)
    }
  }
}
