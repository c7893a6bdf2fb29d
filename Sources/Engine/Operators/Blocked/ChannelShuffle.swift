/// Regroups the channels of a blocked tensor: the Reshape, Transpose, Reshape that ShuffleNets export. Channel
/// g · n + i of G groups of n becomes channel i · G + g. Attributes: `groups`; `channels`, C; `height` and `width` of
/// the output, 0 for those of the input.
struct ChannelShuffle: OperatorKernel {
  static let opType = "ChannelShuffle"
  static let domain = "calibrant"
  static let sinceVersion = 1

  private let groups: Int
  private let channels: Int
  private let size: (height: Int, width: Int)

  init(_ node: Node) throws(GraphError) {
    groups = try node.attributes.int("groups", default: 1)
    channels = try node.attributes.int("channels", default: 0)
    size = (
      try node.attributes.int("height", default: 0), try node.attributes.int("width", default: 0)
    )
  }

  func outputTypes(_ inputs: [Operand?]) throws(GraphError) -> [TensorType] {
    var type = try inputs.requiredFloat(0, "data")
    let pixels = type.shape.count(2...3)
    if size.height > 0 { type.shape[2] = size.height }
    if size.width > 0 { type.shape[3] = size.width }
    guard type.shape.count(2...3) == pixels else {
      throw .shapeMismatch(
        reason: "\(pixels) pixels cannot be reshaped to \(size.height) × \(size.width)")
    }
    return [type]
  }

  func run(_ call: OperatorCall) {
    let shape = call.output.shape
    let (blocks, plane) = (shape[1], shape.count(2...3) * ChannelBlocks.lanes)
    guard let (x, y) = call.floats else { return }
    call.workers.forEach(shape[0] * blocks) { index in
      let (image, block) = (index / blocks, index % blocks)
      withUnsafeBytes(of: sources(of: block, plane)) { sources in
        BlockLoops.best.table.pointee.gatherLanes(
          x + image * blocks * plane, sources.assumingMemoryBound(to: Int64.self).baseAddress,
          Int64(shape.count(2...3)), y + index * plane)
      }
    }
  }

  /// Where the lanes of an output block come from, in the first pixel; lanes without a channel repeat the last one.
  private func sources(of block: Int, _ plane: Int) -> SIMD16<Int64> {
    let lanes = ChannelBlocks.lanes
    var sources = SIMD16<Int64>()
    for lane in 0..<lanes {
      let channel = min(block * lanes + lane, channels - 1)
      let source = channel % groups * (channels / groups) + channel / groups
      sources[lane] = Int64(source / lanes * plane + source % lanes)
    }
    return sources
  }
}
