import CalibrantEngine

extension Graph {
  /// The values from which node `index` and all that follow can be computed, in order of name: those that exist before it
  /// and are read from there on.
  ///
  /// In place of what follows from shapes alone stand the values that have these shapes: nothing is cheaper to compute
  /// again, and runs at given shapes know it in advance only where they see where it comes from. Exporters read the batch's
  /// size off the input and use it at the network's end.
  func liveValues(before index: Int) -> [String] {
    var defined = Set(inputs.map(\.name))
    var shaped: [String: Set<String>] = [:]
    for node in nodes[..<index] {
      defined.formUnion(node.computed)
      guard let sources = shapeSources(of: node, shaped) else { continue }
      for output in node.computed { shaped[output] = sources }
    }
    let read = Set(nodes[index...].flatMap(\.read))
    let live = defined.intersection(read).subtracting([""])
    return Set(live.flatMap { shaped[$0] ?? [$0] }).filter { !isConstant($0) }.sorted()
  }

  /// The values whose shapes decide all that a node computes; nil where contents do, too.
  ///
  /// - Parameter shaped: the same of values before.
  private func shapeSources(
    of node: Node, _ shaped: [String: Set<String>]
  ) -> Set<String>? {
    if node.is("Shape", "Size"), let source = node.input(0) { return shaped[source] ?? [source] }
    let sources = node.read.filter { !isConstant($0) }.map { shaped[$0] }
    guard sources.allSatisfy({ $0 != nil }) else { return nil }
    return sources.reduce(into: []) { $0.formUnion($1 ?? []) }
  }
}
