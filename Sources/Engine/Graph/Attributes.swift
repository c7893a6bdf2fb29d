import ONNXFormat

/// A node's attributes, read with the type the operator expects.
package struct Attributes: Sendable {
  private var values: [String: AttributeValue]

  init(_ values: [String: AttributeValue] = [:]) { self.values = values }

  /// - Parameter references: inside a function, what the call gives for the function's attributes.
  package init(_ node: ModelNode, references: [String: AttributeValue] = [:]) {
    values = [:]
    for (name, value) in node.attributes {
      if case .reference(let target) = value {
        values[name] = references[target]
      } else {
        values[name] = value
      }
    }
  }

  /// Attributes that hold graphs, by name.
  var graphs: [(name: String, graph: ModelGraph)] {
    values.compactMap { name, value in
      if case .graph(let graph) = value { (name, graph) } else { nil }
    }.sorted { $0.0 < $1.0 }
  }

  mutating func remove(_ name: String) { values[name] = nil }

  var all: [String: AttributeValue] { values }

  func adding(_ more: [String: AttributeValue]) -> Attributes {
    Attributes(values.merging(more) { $1 })
  }

  func contains(_ name: String) -> Bool { values[name] != nil }

  func int(_ name: String) throws(GraphError) -> Int? {
    guard let value = values[name] else { return nil }
    guard case .int(let int) = value else { throw Self.wrongKind(name, "an integer") }
    return int
  }

  func int(_ name: String, default fallback: Int) throws(GraphError) -> Int {
    try int(name) ?? fallback
  }

  func flag(_ name: String, default fallback: Bool = false) throws(GraphError) -> Bool {
    try int(name).map { $0 != 0 } ?? fallback
  }

  func float(_ name: String) throws(GraphError) -> Float? {
    guard let value = values[name] else { return nil }
    guard case .float(let float) = value else { throw Self.wrongKind(name, "a float") }
    return float
  }

  func float(_ name: String, default fallback: Float) throws(GraphError) -> Float {
    try float(name) ?? fallback
  }

  func ints(_ name: String) throws(GraphError) -> [Int]? {
    guard let value = values[name] else { return nil }
    guard case .ints(let ints) = value else { throw Self.wrongKind(name, "a list of integers") }
    return ints
  }

  func floats(_ name: String) throws(GraphError) -> [Float]? {
    guard let value = values[name] else { return nil }
    guard case .floats(let floats) = value else { throw Self.wrongKind(name, "a list of floats") }
    return floats
  }

  func string(_ name: String, default fallback: String) throws(GraphError) -> String {
    guard let value = values[name] else { return fallback }
    guard case .string(let string) = value else { throw Self.wrongKind(name, "a string") }
    return string
  }

  func tensor(_ name: String) throws(GraphError) -> Tensor? {
    guard let value = values[name] else { return nil }
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
