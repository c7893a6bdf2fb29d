import CalibrantEngine

extension Graph {
  /// Gives layers that read the same weights along another axis weights of their own: their output channels are not
  /// those of the first reader, and so are their scales.
  mutating func separateTiedWeights() {
    var firstAxes: [String: Int] = [:]
    var copies: [String: String] = [:]
    for layer in WeightedLayer.all(in: self) {
      let first = firstAxes[layer.weight] ?? layer.axis
      firstAxes[layer.weight] = first
      guard layer.axis != first, let weights = constants[layer.weight] else { continue }
      let base = "\(layer.weight)_axis\(layer.axis)"
      let copy = copies[base] ?? uniqueName(base)
      copies[base] = copy
      set(copy, to: .stored(weights.stored(named: copy)))
      nodes[layer.node].inputs[layer.weightInput] = copy
    }
  }
}
