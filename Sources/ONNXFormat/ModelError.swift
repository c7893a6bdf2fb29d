/// What can be wrong with an ONNX file.
public enum ModelError: Error, Sendable, Hashable {
  case missingFile(path: String)
  case unreadableFile(path: String, reason: String)
  case notONNX(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case tooLargeToWrite(path: String, bytes: Int)
  case externalDataOutsideFolder(tensor: String, location: String)
  case externalDataUnusable(tensor: String, location: String, reason: String)
  case invalid([StructuralProblem])
  case badTensor(name: String, reason: String)
}

/// One violation of the ONNX specification's structural rules (docs/IR.md).
public enum StructuralProblem: Sendable, Hashable {
  case noGraph
  case noOpsetImport(domain: String, node: String)
  case noOpsets
  case nodeWithoutOperator(node: String)
  case nodeWithoutOutputs(node: String)
  case undefinedInput(node: String, input: String)
  case notTopological(node: String, input: String)
  case duplicateDefinition(value: String)
  case undefinedOutput(output: String)
  case unnamedValue(role: String)
  case duplicateAttribute(node: String, attribute: String)
  case badTensor(name: String, reason: String)
  case noOutputs
}

extension ModelError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missingFile(let path): "no such file: \(path)"
    case .unreadableFile(let path, let reason): "cannot read \(path): \(reason)"
    case .notONNX(let path, let reason): "\(path) is not an ONNX model: \(reason)"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .tooLargeToWrite(let path, let bytes):
      "cannot write \(path): \(bytes) bytes exceed the 2 GB that one ONNX file can hold"
    case .externalDataOutsideFolder(let tensor, let location):
      "tensor '\(tensor)': external data '\(location)' lies outside the model's folder"
    case .externalDataUnusable(let tensor, let location, let reason):
      "tensor '\(tensor)': external data '\(location)': \(reason)"
    case .invalid(let problems):
      "the model is not valid ONNX:\n"
        + problems.prefix(20).map { "  - \($0)" }.joined(separator: "\n")
        + (problems.count > 20 ? "\n  … and \(problems.count - 20) more" : "")
    case .badTensor(let name, let reason): "tensor '\(name)': \(reason)"
    }
  }
}

extension StructuralProblem: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noGraph: "it has no graph"
    case .noOpsets: "it imports no operator set"
    case .noOutputs: "its graph has no outputs"
    case .noOpsetImport(let domain, let node):
      "node '\(node)' uses the operator domain '\(domain)', which the model does not import"
    case .nodeWithoutOperator(let node): "node '\(node)' names no operator"
    case .nodeWithoutOutputs(let node): "node '\(node)' has no outputs"
    case .undefinedInput(let node, let input):
      "node '\(node)' reads '\(input)', which nothing defines"
    case .notTopological(let node, let input):
      "node '\(node)' reads '\(input)', which a later node produces (a cycle, or nodes out of order)"
    case .duplicateDefinition(let value): "'\(value)' is defined more than once"
    case .undefinedOutput(let output): "graph output '\(output)' is defined by nothing"
    case .unnamedValue(let role): "a graph \(role) has no name"
    case .duplicateAttribute(let node, let attribute):
      "node '\(node)' has the attribute '\(attribute)' twice"
    case .badTensor(let name, let reason): "tensor '\(name)': \(reason)"
    }
  }
}
