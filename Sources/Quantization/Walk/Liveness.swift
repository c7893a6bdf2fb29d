import CalibrantEngine

extension Graph {
  /// The values that exist before node `index` and that it or a later node reads, in order of name.
  func liveValues(before index: Int) -> [String] {
    var defined = Set(inputs.map(\.name))
    for node in nodes[..<index] { defined.formUnion(node.computed) }
    let read = Set(nodes[index...].flatMap(\.read))
    return defined.intersection(read).subtracting([""]).filter { !isConstant($0) }.sorted()
  }
}
