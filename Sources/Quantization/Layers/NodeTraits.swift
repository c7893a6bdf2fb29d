import CalibrantEngine
import CalibrantONNXFormat

extension Node {
  /// What the engine's kernel of the operator promises.
  var traits: OperatorTraits {
    OperatorRegistry.standard.traits(of: self)
  }
}

/// What quantization has to know of nodes besides.
extension Graph {
  /// The input whose values a node only moves or selects, so that its output has the same scale.
  func passedThrough(_ node: Node) -> String? {
    let isConstantPad = node.is("Pad") && node.string("mode") ?? "constant" == "constant"
    let movesValues =
      isConstantPad ? padsWithZeros(node) : node.is("Pad") || node.traits.movesValues
    return movesValues ? node.input(0) : nil
  }

  /// The inputs that a node without weights can read as integers when its output is quantized.
  func integerOperands(_ node: Node) -> [String] {
    if let input = passedThrough(node) { return [input] }
    guard node.domain.isEmpty else { return [] }
    switch node.opType {
    case "AveragePool", "GlobalAveragePool", "Concat":
      return node.read
    case "Add":
      // A constant operand is a bias that belongs to the layer before.
      return node.read.contains(where: isConstant) ? [] : node.read
    default:
      return []
    }
  }

  /// Names of the values that hold float32. Shape arithmetic, indices and masks are not among them.
  func floatValues() -> Set<String> {
    var result = Set(inputs.filter { $0.elementType == .float32 }.map(\.name))
    result.formUnion(constants.filter { $0.value.elementType == .float32 }.keys)
    for node in nodes where Self.producesFloat(node, result) { result.formUnion(node.computed) }
    return result.subtracting([""])
  }

  private static func producesFloat(_ node: Node, _ floats: Set<String>) -> Bool {
    switch node.opType {
    case "Cast":
      return node.int("to") == ElementType.float32.rawValue
    case "ConstantOfShape":
      guard case .tensor(let value)? = node.attributes["value"] else { return true }
      return value.elementType == .float32
    case "Where":
      return node.input(1).map(floats.contains) ?? false
    default:
      return !node.traits.yieldsNoFloats && node.input(0).map(floats.contains) ?? false
    }
  }
}
