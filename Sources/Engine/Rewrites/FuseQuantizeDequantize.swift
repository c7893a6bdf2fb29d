extension Graph {
  /// Replaces QuantizeLinear followed by DequantizeLinear with the same parameters by one operator that rounds in
  /// float, so that a quantized model costs one pass over a tensor instead of two and no integer copy.
  func fusingQuantizeDequantize(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let consumers = consumers()
    let fixed = fixedValues(keeping)
    var removed: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.is("QuantizeLinear") {
      guard let quantized = node.outputs.first ?? nil, !fixed.contains(quantized),
        let readers = consumers[quantized], let axis = axis(node),
        readers.allSatisfy({ undoes(nodes[$0], node) })
      else { continue }
      for reader in readers {
        graph.nodes[reader] = nodes[reader].replaced(
          by: QuantizeDequantize(axis: axis), reading: node.inputs)
      }
      removed.insert(index)
    }
    graph.removeNodes(at: removed)
    return graph
  }

  /// Lets readers of a value that is rounded twice, to the same grid, read it as it was rounded once.
  func removingRepeatedRounding(keeping: Set<ValueName>) -> Graph {
    var graph = self
    let (producers, fixed) = (producers(), fixedValues(keeping))
    var replacement: [ValueName: ValueName] = [:]
    for (index, node) in nodes.enumerated() {
      graph.nodes[index].inputs = node.inputs.map { id in id.map { replacement[$0] ?? $0 } }
      guard node.own is QuantizeDequantize, let output = node.output, !fixed.contains(output),
        let input = graph.nodes[index].input(0), let producer = producers[input],
        rounds(nodes[producer], as: node)
      else { continue }
      replacement[output] = input
    }
    graph.removeNodes(
      at: Set(
        nodes.indices.filter {
          nodes[$0].outputs.contains { $0.map { replacement[$0] != nil } ?? false }
        }))
    return graph
  }

  private func rounds(_ one: Node, as other: Node) -> Bool {
    one.own(as: QuantizeDequantize.self) == other.own(as: QuantizeDequantize.self)
      && zip(one.inputs.dropFirst(), other.inputs.dropFirst()).allSatisfy { sameConstant($0, $1) }
  }

  private func axis(_ node: Node) -> Int? { try? node.attributes.int("axis", default: 1) }

  /// Whether `dequantize` maps the codes of `quantize` back with the same constants.
  private func undoes(_ dequantize: Node, _ quantize: Node) -> Bool {
    guard dequantize.is("DequantizeLinear"), dequantize.inputs.first == quantize.outputs.first,
      !quantize.attributes.contains("block_size"), !dequantize.attributes.contains("block_size"),
      !dequantize.attributes.contains("output_dtype"), quantize.inputs.count == 3,
      let axis = axis(quantize), axis == self.axis(dequantize)
    else { return false }
    return dequantize.inputs.count == 3
      && zip(quantize.inputs.dropFirst(), dequantize.inputs.dropFirst()).allSatisfy {
        sameConstant($0, $1)
      }
  }

  private func sameConstant(_ a: ValueName?, _ b: ValueName?) -> Bool {
    guard let a, let b, let x = constant(a), let y = constant(b) else { return false }
    return a == b
      || (x.type == y.type
        && x.withBytes { x in y.withBytes { y in x.elementsEqual(y) } })
  }
}
