extension Graph {
  /// Merges nodes into the producers of their first input, where nobody else needs what lies between them.
  /// - Parameter absorb: changes the producer so that it computes the reader's output too, or returns false.
  func absorbingReaders(
    keeping: Set<ValueName>, _ absorb: (_ reader: Node, _ producer: inout Node) -> Bool
  ) -> Graph {
    var graph = self
    let consumers = consumers()
    let producers = producers()
    let fixed = fixedValues(keeping)
    var absorbed: Set<Int> = []
    for (index, reader) in nodes.enumerated() {
      guard let input = reader.inputs.first ?? nil, let producer = producers[input],
        !absorbed.contains(producer), graph.nodes[producer].outputs.first == input,
        soleConsumer(of: input, consumers, fixed: fixed) == index,
        absorb(reader, &graph.nodes[producer])
      else { continue }
      graph.nodes[producer].outputs[0] = reader.output
      absorbed.insert(index)
    }
    graph.removeNodes(at: absorbed)
    return graph
  }

  mutating func removeNodes(at indices: Set<Int>) {
    nodes = nodes.enumerated().filter { !indices.contains($0.offset) }.map(\.element)
  }
}
