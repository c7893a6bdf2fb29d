import Engine
import ONNXFormat

extension ModelNode {
  /// What the engine's kernel of the operator promises.
  var traits: OperatorTraits {
    OperatorRegistry.standard.traits(domain: domain, opType: opType)
  }
}

/// What quantization has to know of nodes besides.
extension Document {
  /// The input whose values a node only moves or selects, so that its output has the same scale.
  func passedThrough(_ node: ModelNode) -> String? {
    let movesValues = node.is("Pad") ? padsWithZeros(node) : node.traits.movesValues
    return movesValues ? node.input(0) : nil
  }

  /// The inputs that a node without weights can read as integers when its output is quantized.
  func integerOperands(_ node: ModelNode) -> [String] {
    if let input = passedThrough(node) { return [input] }
    guard node.domain.isEmpty else { return [] }
    switch node.opType {
    case "AveragePool", "GlobalAveragePool", "Concat":
      return node.inputs
    case "Add":
      // A constant operand is a bias that belongs to the layer before.
      return node.inputs.contains(where: isConstant) ? [] : node.inputs
    default:
      return []
    }
  }

  private func padsWithZeros(_ node: ModelNode) -> Bool {
    guard node.string("mode") ?? "constant" == "constant" else { return true }
    guard let value = node.input(2) else { return node.float("value") ?? 0 == 0 }
    return (try? floats(value)) == [0]
  }

  /// Names of the values that hold float32. Shape arithmetic, indices and masks are not among them.
  func floatValues() -> Set<String> {
    var result = Set(inputs.filter { $0.elementType == .float32 }.map(\.name))
    result.formUnion(initializers.values.filter { $0.elementType == .float32 }.map(\.name))
    for node in nodes where Self.producesFloat(node, result) { result.formUnion(node.outputs) }
    return result.subtracting([""])
  }

  private static func producesFloat(_ node: ModelNode, _ floats: Set<String>) -> Bool {
    switch node.opType {
    case "Cast":
      return node.int("to") == ElementType.float32.rawValue
    case "ConstantOfShape":
      guard case .tensor(let value)? = node[attribute: "value"] else { return true }
      return value.elementType == .float32
    case "Where":
      return node.input(1).map(floats.contains) ?? false
    default:
      return !node.traits.yieldsNoFloats && node.inputs.first.map(floats.contains) ?? false
    }
  }
}
