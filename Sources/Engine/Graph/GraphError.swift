import ONNXFormat

/// Why a model cannot become a runnable graph.
public enum GraphError: Error, Sendable {
  case model(ModelError)
  case unsupportedElementType(value: String, type: String)
  case unsupportedInput(name: String, reason: String)
  case unsupportedNodes([UnsupportedNode])
  case badAttribute(name: String, reason: String)
  case shapeMismatch(reason: String)
  case wrongInput(name: String, reason: String)
  case unknownValue(name: String)
  /// A failure inside one node, with the types that reached it.
  indirect case inNode(name: String, opType: String, inputs: [String], GraphError)
}

/// A node the engine refuses, and why.
public struct UnsupportedNode: Sendable, Hashable, Codable {
  public let name: String
  public let opType: String
  public let domain: String
  public let opset: Int
  public let reason: String
}

extension GraphError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .model(let error): "\(error)"
    case .unsupportedElementType(let value, let type):
      "'\(value)' holds elements of type \(type), which the engine does not compute with"
    case .unsupportedInput(let name, let reason): "input '\(name)': \(reason)"
    case .unsupportedNodes(let nodes):
      "the model has \(nodes.count) unsupported node\(nodes.count == 1 ? "" : "s"):\n"
        + nodes.map { "  - \($0)" }.joined(separator: "\n")
    case .badAttribute(let name, let reason): "attribute '\(name)' \(reason)"
    case .shapeMismatch(let reason): reason
    case .wrongInput(let name, let reason): "input '\(name)' \(reason)"
    case .unknownValue(let name): "the model has no value named '\(name)'"
    case .inNode(let name, let opType, let inputs, let error):
      "node '\(name)' (\(opType)): \(error)"
        + (inputs.isEmpty ? "" : " [inputs: \(inputs.joined(separator: ", "))]")
    }
  }
}

extension UnsupportedNode: CustomStringConvertible {
  public var description: String {
    let domain = domain.isEmpty ? "" : "\(domain)."
    return "node '\(name)': \(domain)\(opType) (opset \(opset)): \(reason)"
  }
}
