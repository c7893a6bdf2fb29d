import CalibrantONNXFormat

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
  /// A shape that only the data decides, where a plan has to know it.
  case dependsOnData(input: String)
  case tooLarge(reason: String)
  /// Valid ONNX that the engine does not compute.
  case notImplemented(reason: String)
  /// A failure inside one node, with the types that reached it.
  indirect case inNode(name: String, opType: String, inputs: [String], GraphError)
}

extension GraphError {
  /// Whether only the lack of a value known in advance stands in the way.
  var dependsOnData: Bool {
    switch self {
    case .dependsOnData: true
    case .inNode(_, _, _, let inner): inner.dependsOnData
    default: false
    }
  }
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
    case .dependsOnData(let input):
      "input '\(input)' must be known before the model runs; here it depends on the data"
    case .notImplemented(let reason): "\(reason): not supported"
    case .tooLarge(let reason): "the model is too large: \(reason)"
    case .unknownValue(let name): "the model has no value named '\(name)'"
    case .inNode(let name, let opType, let inputs, let error):
      "node '\(name)' (\(opType)): \(error)"
        + (inputs.isEmpty ? "" : " [inputs: \(inputs.joined(separator: ", "))]")
    }
  }
}
