import Glibc

/// How long each algorithm takes for a convolution of a model; shows where the choice by shape is wrong.
package struct ConvolutionTiming: Sendable {
  /// Of the first node with this shape.
  package let node: String
  /// Batch, channels, sizes, kernel and stride, for people.
  package let shape: String
  /// How many of the model's nodes have this shape.
  package let nodes: Int
  package let multiplyAccumulates: Int
  /// Which algorithm runs take.
  package let chosen: String
  /// By algorithm, the median over the repeats.
  package let seconds: [(algorithm: String, median: Double)]

  package var fastest: String { seconds.min { $0.median < $1.median }?.algorithm ?? chosen }
}

extension Program {
  /// Times, on one thread and random data, every algorithm that can compute each of the program's convolutions.
  /// - Parameter repeats: odd, so that there is a median.
  package func timeConvolutions(
    _ inputs: [TensorType], repeats: Int = 7
  ) throws(GraphError) -> [ConvolutionTiming] {
    try check(inputs)
    var inference = TypeInference(self, inputs: inputs)
    try inference.run()
    var order: [ConvolutionProblem] = []
    var nodes: [ConvolutionProblem: [String]] = [:]
    for index in inference.executed {
      guard let kernel = kernels[index] as? BlockedConvKernel else { continue }
      let node = graph.nodes[index]
      let types = node.inputs.prefix(2).compactMap { $0.flatMap { inference.types[$0] } }
      let problem = ConvolutionProblem(
        shape: try kernel.shape(types[0].shape, types[1].shape),
        isBlocked: kernel.conv.readsBlocked)
      if nodes[problem] == nil { order.append(problem) }
      nodes[problem, default: []].append(node.name)
    }
    return order.map { $0.time(nodes: nodes[$0]!, repeats: repeats) }
  }
}

/// A convolution without its numbers.
private struct ConvolutionProblem: Hashable {
  let shape: ConvolutionShape
  let isBlocked: Bool

  func time(nodes: [String], repeats: Int) -> ConvolutionTiming {
    let candidates = BlockedAlgorithm.allCases.filter {
      $0.applies(to: shape) && ($0 == .directFromDense) == !isBlocked
    }
    return ConvolutionTiming(
      node: nodes[0], shape: text, nodes: nodes.count,
      multiplyAccumulates: shape.batch * shape.outImageSize * shape.depth,
      chosen: "\(BlockedAlgorithm(for: shape, isBlocked: isBlocked))",
      seconds: candidates.map { ("\($0)", median($0, repeats)) })
  }

  private var text: String {
    let s = shape
    return "\(s.batch)×\(s.inChannels)×\(s.height)×\(s.width) → \(s.outChannels), "
      + "\(s.kernelHeight)×\(s.kernelWidth)" + (s.strideX > 1 ? " stride \(s.strideX)" : "")
      + (s.group > 1 ? " groups \(s.group)" : "")
  }

  private func median(_ algorithm: BlockedAlgorithm, _ repeats: Int) -> Double {
    let lanes = ChannelBlocks.lanes
    let channels = ChannelBlocks.count(shape.inChannels) * lanes
    let input = Self.noise(shape.batch * channels * shape.height * shape.width)
    let weights = Self.noise(shape.outChannels * shape.depth)
    let output = AlignedFloats(
      shape.batch * ChannelBlocks.count(shape.outChannels) * lanes * shape.positions)
    let convolution = BlockedConvolution(
      shape: shape, weights: BlockedWeights(shape, for: algorithm, weights.base, bias: nil))
    let scratch = Scratch()
    func run() {
      convolution.run(input.base, into: output.base, scratch: scratch, workers: .alone)
    }
    run()
    let times = (0..<repeats).map { _ in
      let start = Self.threadSeconds()
      run()
      return Self.threadSeconds() - start
    }
    return times.sorted()[repeats / 2]
  }

  /// Time of this thread alone, whoever else the machine works for.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  private static func noise(_ count: Int) -> AlignedFloats {
    let values = AlignedFloats(count)
    for index in 0..<count { values[index] = Float(index &* 7919 % 1000) / 500 - 1 }
    return values
  }
}
