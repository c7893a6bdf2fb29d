import CalibrantONNXFormat

/// A node's attributes, read with the type the operator expects.
package struct Attributes: Sendable {
  /// Holds them as the file does, those too that nothing here reads.
  private(set) var node: ModelNode

  package init(_ values: [String: AttributeValue] = [:]) {
    node = ModelNode("", name: "", inputs: [], outputs: [], attributes: values)
  }

  init(_ node: ModelNode) { self.node = node }

  package subscript(name: String) -> AttributeValue? {
    get { node[attribute: name] }
    set { node[attribute: name] = newValue }
  }

  var all: [String: AttributeValue] {
    Dictionary(node.attributes.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  /// Attributes that hold graphs, by name.
  package var graphs: [(name: String, graph: ModelGraph)] {
    node.attributes.compactMap { name, value in
      if case .graph(let graph) = value { (name, graph) } else { nil }
    }.sorted { $0.0 < $1.0 }
  }

  func adding(_ more: [String: AttributeValue]) -> Attributes {
    var result = self
    for (name, value) in more.sorted(by: { $0.key < $1.key }) { result[name] = value }
    return result
  }

  /// Inside a function: with what the call gives for the function's attributes.
  mutating func resolve(_ references: [String: AttributeValue]) {
    for (name, value) in node.attributes {
      guard case .reference(let target) = value else { continue }
      // A kind that nothing reads stays a reference, which nothing reads either.
      if case .other? = references[target] { continue }
      self[name] = references[target]
    }
  }

  package func contains(_ name: String) -> Bool { self[name] != nil }

  package func int(_ name: String) throws(GraphError) -> Int? {
    guard let value = self[name] else { return nil }
    guard case .int(let int) = value else { throw Self.wrongKind(name, "an integer") }
    return int
  }

  package func int(_ name: String, default fallback: Int) throws(GraphError) -> Int {
    try int(name) ?? fallback
  }

  package func flag(_ name: String, default fallback: Bool = false) throws(GraphError) -> Bool {
    try int(name).map { $0 != 0 } ?? fallback
  }

  package func float(_ name: String) throws(GraphError) -> Float? {
    guard let value = self[name] else { return nil }
    guard case .float(let float) = value else { throw Self.wrongKind(name, "a float") }
    return float
  }

  package func float(_ name: String, default fallback: Float) throws(GraphError) -> Float {
    try float(name) ?? fallback
  }

  package func ints(_ name: String) throws(GraphError) -> [Int]? {
    guard let value = self[name] else { return nil }
    guard case .ints(let ints) = value else { throw Self.wrongKind(name, "a list of integers") }
    return ints
  }

  package func floats(_ name: String) throws(GraphError) -> [Float]? {
    guard let value = self[name] else { return nil }
    guard case .floats(let floats) = value else { throw Self.wrongKind(name, "a list of floats") }
    return floats
  }

  package func string(_ name: String, default fallback: String) throws(GraphError) -> String {
    guard let value = self[name] else { return fallback }
    guard case .string(let string) = value else { throw Self.wrongKind(name, "a string") }
    return string
  }

  func tensor(_ name: String) throws(GraphError) -> Tensor? {
    guard let value = self[name] else { return nil }
    guard case .tensor(let tensor) = value else { throw Self.wrongKind(name, "a tensor") }
    return try Tensor(tensor)
  }

  /// The element type as the file names it, before wide and narrow floats become float32.
  func elementType(_ name: String) throws(GraphError) -> ElementType? {
    guard let number = try int(name) else { return nil }
    guard let type = ElementType(rawValue: number) else {
      throw .badAttribute(name: name, reason: "names no element type: \(number)")
    }
    return type
  }

  private static func wrongKind(_ name: String, _ expected: String) -> GraphError {
    .badAttribute(name: name, reason: "must be \(expected)")
  }
}
