import CalibrantEngine
import CalibrantONNXFormat

extension Graph {
  /// Stores what nodes compute from constants alone, where other nodes read it as floats: weights behind a Cast, a
  /// Transpose or a standardisation are weights like any others. Shape arithmetic stays as it is.
  ///
  /// What the engine cannot compute stays a node.
  mutating func foldConstants() {
    let folding = constantNodes()
    guard !folding.isEmpty else { return }
    for name in valuesRead(fromOutside: folding) {
      guard let tensor = constantValue(of: name, folding), tensor.dtype == .float32 else {
        continue
      }
      store(tensor.stored(named: name))
    }
    dropComputed(folding)
  }

  /// The nodes that always compute the same.
  private func constantNodes() -> Set<Int> {
    var values: Set<String> = []
    var result: Set<Int> = []
    for (index, node) in nodes.enumerated() where Self.isDeterministic(node) {
      let inputs = node.read.filter { !$0.isEmpty }
      guard inputs.allSatisfy({ isConstant($0) || values.contains($0) }) else { continue }
      result.insert(index)
      values.formUnion(node.computed)
    }
    return result
  }

  private static func isDeterministic(_ node: Node) -> Bool {
    let random = ["Bernoulli", "Dropout", "Multinomial"]
    guard !node.opType.hasPrefix("Random"), !random.contains(node.opType) else { return false }
    return node.attributes.graphs.isEmpty
  }

  /// What the other nodes read of them, in order; graph outputs and what subgraphs read stay computed.
  private func valuesRead(fromOutside folding: Set<Int>) -> [String] {
    let others = nodes.indices.filter { !folding.contains($0) }
    let read = Set(others.flatMap { nodes[$0].inputs }).subtracting(pinned)
    return folding.sorted().flatMap { nodes[$0].computed }.filter(read.contains)
  }

  private func constantValue(of name: String, _ folding: Set<Int>) -> Tensor? {
    var needed: Set<String> = [name]
    var chain: [Node] = []
    for index in folding.sorted().reversed()
    where nodes[index].computed.contains(where: needed.contains) {
      chain.append(nodes[index])
      needed.formUnion(nodes[index].read)
    }
    let fragment = fragment(chain.reversed(), inputs: [], outputs: [name])
    guard let program = try? Program(fragment) else { return nil }
    var session = Session(program)
    return try? session.run([])[0]
  }

  /// Removes nodes whose values are stored, or that nothing needs any more.
  private mutating func dropComputed(_ folding: Set<Int>) {
    var needed = pinned
    var kept: [Node] = []
    for index in nodes.indices.reversed() {
      let isNeeded = nodes[index].computed.contains { needed.contains($0) && !isConstant($0) }
      guard !folding.contains(index) || isNeeded else { continue }
      kept.append(nodes[index])
      needed.formUnion(nodes[index].read)
    }
    nodes = kept.reversed()
  }
}
