import CalibrantEngine

/// |w| of one layer, as its batch norm makes it, for each pair of an output and an input channel; the largest of a
/// window stands for it.
struct WeightMagnitudes {
  private let outputs: Int
  private let groups: Int
  /// Outputs × inputs of a group.
  private var values: [Double]
  private var outputScales: [Double]
  private var inputScales: [Double]

  private var perGroup: Int { values.count / max(outputs, 1) }

  /// - Returns: nil for a layer whose weights have no such pairs.
  init?(_ layer: WeightedLayer, in graph: Graph) throws(QuantizationError) {
    let node = graph.nodes[layer.node]
    guard let stored = try graph.floats(layer.weight),
      let matrix = WeightMatrix(layer, node, stored)
    else { return nil }
    (outputs, groups) = (matrix.outputs, matrix.groups)
    let window = layer.opType == "Conv" ? layer.shape[2...].reduce(1, *) : 1
    let perGroup = matrix.depth / window
    values = [Double](repeating: 0, count: outputs * perGroup)
    for (index, weight) in matrix.values.enumerated() {
      values[index / window] = max(values[index / window], abs(Double(weight)))
    }
    outputScales = try graph.normFactors(after: layer) ?? Array(repeating: 1, count: outputs)
    inputScales = [Double](repeating: 1, count: perGroup * groups)
  }

  /// The largest of each output channel.
  func ofOutputs() -> [Double] {
    (0..<outputs).map { output in
      let inputs = output / (outputs / groups) * perGroup
      return outputScales[output]
        * (0..<perGroup).reduce(0) {
          max($0, values[output * perGroup + $1] * inputScales[inputs + $1])
        }
    }
  }

  /// The largest of each of `count` channels of the input; flattening gives a channel several inputs.
  func ofInputs(_ count: Int) -> [Double] {
    var result = [Double](repeating: 0, count: count)
    let each = inputScales.count / count
    for output in 0..<outputs {
      let inputs = output / (outputs / groups) * perGroup
      for i in 0..<perGroup {
        let channel = (inputs + i) / each
        result[channel] = max(
          result[channel],
          values[output * perGroup + i] * inputScales[inputs + i] * outputScales[output])
      }
    }
    return result
  }

  mutating func divideOutputs(by steps: [Double]) {
    for i in steps.indices { outputScales[i] /= steps[i] }
  }

  mutating func multiplyInputs(by steps: [Double]) {
    let each = inputScales.count / steps.count
    for i in inputScales.indices { inputScales[i] *= steps[i / each] }
  }
}

extension Graph {
  /// |γ| / √(σ² + ε) of the batch norm that alone reads a layer's output; nil where there is none.
  func normFactors(after layer: WeightedLayer) throws(QuantizationError) -> [Double]? {
    let value = nodes[layer.node].output
    let readers = nodes.filter { $0.inputs.contains(value) }
    guard readers.count == 1, readers[0].is("BatchNormalization"), readers[0].inputs.count == 5,
      let scale = try floats(readers[0].input(1)), let variance = try floats(readers[0].input(4))
    else { return nil }
    let epsilon = Double(readers[0].float("epsilon") ?? 1e-5)
    return zip(scale, variance).map { abs(Double($0)) / (Double($1) + epsilon).squareRoot() }
  }
}
