extension Graph {
  /// Makes zeros that a Pad puts around an image the padding of the Conv that reads it, where nothing else does.
  ///
  /// Between them may stand what keeps zeros, as quantizing the padded image does: f(pad(x)) = pad(f(x)).
  func foldingPads(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let (consumers, producers, fixed) = (consumers(), producers(), fixedValues(keeping))
    var removed: Set<Int> = []
    for (index, conv) in nodes.enumerated() where conv.is("Conv") {
      var reader = index
      while let input = nodes[reader].inputs.first ?? nil, let producer = producers[input],
        soleConsumer(of: input, consumers, fixed: fixed) == reader
      {
        let node = nodes[producer]
        if let pads = zeroPads(of: node), graph.nodes[index].pad(by: pads) {
          graph.nodes[reader].inputs[0] = node.input(0)
          removed.insert(producer)
        }
        guard keepsZeros(node) else { break }
        reader = producer
      }
    }
    graph.removeNodes(at: removed)
    return graph
  }

  /// Whether a Pad puts zeros around its input.
  package func padsWithZeros(_ node: Node) -> Bool {
    guard node.is("Pad"), (try? node.attributes.string("mode", default: "constant")) == "constant"
    else { return false }
    guard let id = node.input(2) else {
      return (try? node.attributes.float("value", default: 0)) == 0
    }
    return constant(id)?.numbers == [0]
  }

  /// Zeros before and after each axis but the first two, all beginnings first; nil where those two are padded as well.
  func zeroPads(of node: Node) -> [Int]? {
    guard padsWithZeros(node), node.input(3) == nil else { return nil }
    let given =
      node.opset < 11
      ? try? node.attributes.ints("pads")
      : constant(node.input(1))?.integers
    guard let given, given.count.isMultiple(of: 2), given.count > 4 else { return nil }
    let (before, after) = (given.prefix(given.count / 2), given.suffix(given.count / 2))
    guard (before.prefix(2) + after.prefix(2)).allSatisfy({ $0 == 0 }) else { return nil }
    return Array(before.dropFirst(2) + after.dropFirst(2))
  }

  private func keepsZeros(_ node: Node) -> Bool {
    // Scales along a padded axis would no longer fit.
    if node.own is QuantizeDequantize || node.is("QuantizeLinear", "DequantizeLinear") {
      return constant(node.input(1))?.count == 1
    }
    switch activation(of: node) {
    case .relu: return true
    case .clip(let lowest, let highest): return lowest <= 0 && highest >= 0
    default: return false
    }
  }
}

extension Node {
  /// Puts so many zeros around a convolution's image besides its own; false where its padding is not told in numbers.
  fileprivate mutating func pad(by pads: [Int]) -> Bool {
    // Of which size the window is does not matter here, and only the weights say it.
    let kernel = [Int](repeating: 1, count: pads.count / 2)
    guard let window = (try? WindowGeometry(attributes, kernel: kernel))?.padded(by: pads) else {
      return false
    }
    attributes = attributes.adding([
      "pads": .ints(window.padsBegin + window.padsEnd),
      "auto_pad": .string(window.autoPad.rawValue),
    ])
    return true
  }
}
