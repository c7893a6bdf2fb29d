import CalibrantEngine
import CalibrantONNXFormat

/// Which output and which input channel a weight connects.
struct InputChannels {
  let count: Int
  private let outputs: Int
  /// Weights of one input channel lie next to each other, this many.
  private let window: Int
  private let perGroup: Int
  private let outputsPerGroup: Int
  private let isInputMajor: Bool

  init?(_ layer: WeightedLayer, _ node: Node) {
    outputs = layer.outputChannels
    switch layer.opType {
    case "Conv":
      let groups = node.int("group") ?? 1
      guard groups > 0, outputs % groups == 0 else { return nil }
      perGroup = layer.shape[1]
      window = layer.shape[2...].reduce(1, *)
      outputsPerGroup = outputs / groups
      count = perGroup * groups
      isInputMajor = false
    case "Gemm":
      guard node.float("alpha") ?? 1 == 1, node.float("beta") ?? 1 == 1,
        node.int("transA") ?? 0 == 0
      else { return nil }
      count = layer.shape[1 - layer.axis]
      perGroup = count
      window = 1
      outputsPerGroup = outputs
      isInputMajor = layer.axis == 1
    case "MatMul":
      guard layer.shape.count == 2 else { return nil }
      count = layer.shape[0]
      perGroup = count
      window = 1
      outputsPerGroup = outputs
      isInputMajor = true
    default: return nil
    }
  }

  func ends(of index: Int) -> (output: Int, input: Int) {
    if isInputMajor { return (index % outputs, index / outputs) }
    let output = index / (perGroup * window)
    let input = index / window % perGroup
    return (output, output / outputsPerGroup * perGroup + input)
  }
}
