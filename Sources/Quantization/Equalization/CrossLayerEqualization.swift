import Foundation
import CalibrantEngine
import CalibrantONNXFormat

/// Gives the weights of a layer's output channels, and of the same channels where the next layer reads them, equal
/// ranges, so that one scale per tensor serves them all (Nagel et al. 2019, arXiv:1906.04721, §4.1).
///
/// For s > 0, relu(x / s) · s = relu(x): channel i of a layer is divided by sᵢ = √(r¹ᵢ / r²ᵢ) and multiplied by it where it
/// is read, which leaves both with the range √(r¹ᵢ r²ᵢ). A Clip(0, h) becomes Relu and a Min with limits h / sᵢ. The float
/// model computes what it did.
public enum CrossLayerEqualization {
  /// Sweeps over the model, and the largest |log s| at which they end.
  private static let sweeps = 40
  private static let settled = 1e-3
  /// No channel is scaled further than this in either direction.
  private static let limit = 64.0

  /// The equalized model; the given one where nothing can be equalized.
  public static func equalized(_ model: Model) throws(QuantizationError) -> Model {
    var graph = Graph(model)
    graph.hoistConstants()
    graph = graph.removingIdentities(keeping: graph.pinned)
    let paths = try EqualizationPath.all(in: graph)
    let scales = try scales(of: paths, in: graph)
    for (path, scales) in zip(paths, scales) where scales.contains(where: { $0 != 1 }) {
      try graph.equalize(path, by: scales)
    }
    let clips = zip(paths, scales).flatMap { path, scales in
      path.clips.map { (node: $0, scales: scales, isMap: path.source.opType == "Conv") }
    }
    try graph.replaceClips(clips)
    return graph.model()
  }

  /// What to divide each channel of each path by.
  private static func scales(
    of paths: [EqualizationPath], in graph: Graph
  ) throws(QuantizationError) -> [[Double]] {
    var magnitudes: [Int: WeightMagnitudes] = [:]
    var floors: [[Double]] = []
    for path in paths {
      for layer in [path.source] + path.readers where magnitudes[layer.node] == nil {
        magnitudes[layer.node] = try WeightMagnitudes(layer, in: graph)
      }
      floors.append(try smallestScales(path, in: graph))
    }
    var scales = paths.map { [Double](repeating: 1, count: $0.channels) }
    for _ in 0..<sweeps {
      var change = 0.0
      for (index, path) in paths.enumerated() {
        let steps = steps(path, magnitudes, scales[index], floors[index])
        magnitudes[path.source.node]?.divideOutputs(by: steps)
        for reader in path.readers { magnitudes[reader.node]?.multiplyInputs(by: steps) }
        for i in steps.indices {
          scales[index][i] *= steps[i]
          change = max(change, abs(log(steps[i])))
        }
      }
      if change < settled { break }
    }
    return scales
  }

  /// What to divide the channels of a path by next; 1 for channels that are always 0 or never read.
  private static func steps(
    _ path: EqualizationPath, _ magnitudes: [Int: WeightMagnitudes], _ scales: [Double],
    _ floors: [Double]
  ) -> [Double] {
    let written = magnitudes[path.source.node]?.ofOutputs() ?? []
    let read = path.readers.compactMap { magnitudes[$0.node]?.ofInputs(path.channels) }
    guard written.count == path.channels, read.count == path.readers.count else {
      return scales.map { _ in 1 }
    }
    return scales.indices.map { i in
      let reading = read.reduce(0) { max($0, $1[i]) }
      guard written[i] > 0, reading > 0 else { return 1 }
      let wanted = (written[i] / reading).squareRoot() * scales[i]
      return min(max(wanted, floors[i]), limit) / scales[i]
    }
  }

  /// A small scale makes an activation large, and all channels of a tensor share its activation's scale. So no channel
  /// may outgrow the largest one, where a batch norm says how large they are.
  private static func smallestScales(
    _ path: EqualizationPath, in graph: Graph
  ) throws(QuantizationError) -> [Double] {
    let unknown = [Double](repeating: 1 / limit, count: path.channels)
    guard let norm = path.norm, let gamma = try graph.floats(graph.nodes[norm].input(1)),
      let beta = try graph.floats(graph.nodes[norm].input(2))
    else { return unknown }
    var highest = Double.infinity
    for clip in path.clips {
      let limit = graph.upperLimit(ofClip: graph.nodes[clip]) ?? .infinity
      highest = min(highest, Double(limit))
    }
    let reach = zip(beta, gamma).map {
      min(max(Double($0) + ChannelMoments.reach * abs(Double($1)), 0), highest)
    }
    guard let largest = reach.max(), largest > 0 else { return unknown }
    return reach.map { max($0 / largest, 1 / limit) }
  }
}

extension Graph {
  /// Divides the channels of a path by `scales` where they are made, and multiplies them where they are read.
  fileprivate mutating func equalize(
    _ path: EqualizationPath, by scales: [Double]
  ) throws(QuantizationError) {
    if let norm = path.norm {
      for input in nodes[norm].inputs[1...2].compactMap(\.self) {
        try scale(input) { $1 / scales[$0] }
      }
    } else {
      let layout = WeightLayout(shape: path.source.shape, axis: path.source.axis)
      try scale(path.source.weight) { $1 / scales[$0 / layout.inner % layout.channels] }
      if let bias = path.source.bias { try scale(bias) { $1 / scales[$0] } }
    }
    for reader in path.readers {
      guard let channels = InputChannels(reader, nodes[reader.node]) else { continue }
      let each = channels.count / scales.count
      try scale(reader.weight) { $1 * scales[channels.ends(of: $0).input / each] }
    }
  }

  /// Replaces the values of a constant.
  mutating func scale(
    _ name: String, _ transform: (_ index: Int, _ value: Double) -> Double
  ) throws(QuantizationError) {
    guard let values = try floats(name), let dims = constants[name]?.dims else { return }
    store(
      name, floats: values.enumerated().map { Float(transform($0.offset, Double($0.element))) },
      dims: dims)
  }

  /// Replaces Clip(0, h) by Relu and Min with a limit h / s per channel, where channels were scaled.
  fileprivate mutating func replaceClips(
    _ clips: [(node: Int, scales: [Double], isMap: Bool)]
  ) throws(QuantizationError) {
    let scaled = clips.filter { $0.scales.contains { $0 != 1 } }
    let replaced = Dictionary(uniqueKeysWithValues: scaled.map { ($0.node, $0) })
    var result: [Node] = []
    for index in nodes.indices {
      let node = nodes[index]
      guard let clip = replaced[index], let upper = upperLimit(ofClip: node),
        let output = node.output
      else {
        result.append(node)
        continue
      }
      let positive = uniqueName(output + "_positive")
      let limits = uniqueName(output + "_limits")
      store(
        limits, floats: clip.scales.map { Float(Double(upper) / $0) },
        dims: clip.isMap ? [1, clip.scales.count, 1, 1] : [1, clip.scales.count])
      result.append(
        Node(
          "Relu", name: uniqueName(node.displayName + "_Relu"), inputs: [node.input(0)],
          outputs: [positive]))
      result.append(
        Node(
          "Min", name: uniqueName(node.displayName + "_Min"), inputs: [positive, limits],
          outputs: [output]))
    }
    nodes = result
  }
}
