/// Where the weights that share parameters lie: a row-major tensor is outer × channels × inner, of which `sharing`
/// consecutive outer entries share what each channel has.
struct WeightLayout {
  private let outer: Int
  let channels: Int
  let inner: Int
  private let sharing: Int

  var elementCount: Int { outer * channels * inner }
  /// Sets of parameters.
  var setCount: Int { channels * max(outer / sharing, 1) }

  /// - Parameters:
  ///   - axis: whose entries have parameters of their own; nil where all weights share one set.
  ///   - blockSize: of a matrix with an `axis`: this many weights along the other axis share a set.
  init(shape: [Int], axis: Int?, blockSize: Int? = nil) {
    guard let axis else {
      (outer, channels, inner, sharing) = (1, 1, shape.reduce(1, *), 1)
      return
    }
    precondition(shape.indices.contains(axis), "The channel axis must be one of the tensor's axes.")
    guard let blockSize else {
      outer = shape[..<axis].reduce(1, *)
      channels = shape[axis]
      inner = shape[(axis + 1)...].reduce(1, *)
      sharing = max(outer, 1)
      return
    }
    precondition(
      shape.count == 2 && blockSize > 0 && shape[1 - axis].isMultiple(of: blockSize),
      "Whole blocks make up the inputs of a matrix.")
    (outer, channels, inner, sharing) =
      axis == 1
      ? (shape[0], shape[1], 1, blockSize)
      : (1, shape[0] * (shape[1] / blockSize), blockSize, 1)
  }

  /// Calls `body` with each set of parameters and each contiguous run of its weights.
  @inline(__always)
  func forEachRun(_ body: (_ set: Int, _ run: Range<Int>) -> Void) {
    for block in 0..<outer {
      for channel in 0..<channels {
        let start = (block * channels + channel) * inner
        body(block / sharing * channels + channel, start..<start + inner)
      }
    }
  }
}
