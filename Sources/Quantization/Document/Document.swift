import Foundation
import ONNXFormat

/// A model taken apart for editing: nodes in order, initializers by name, everything else untouched.
struct Document {
  private var source: Model
  private let initialOrder: [String]
  var nodes: [ModelNode]
  private(set) var initializers: [String: ModelTensor]
  private var added: [String] = []
  /// Names that must keep meaning what they mean: graph outputs and what subgraphs read.
  let pinned: Set<String>
  private var names: Set<String>

  init(_ model: Model) {
    source = model
    let graph = model.graph
    nodes = graph.nodes
    let tensors = graph.initializers
    initialOrder = tensors.map(\.name)
    initializers = Dictionary(tensors.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    pinned = Set(graph.outputs.map(\.name)).union(Self.namesReadBySubgraphs(of: graph.nodes))
    names = Set(initialOrder + graph.inputs.map(\.name))
    for node in nodes { names.formUnion(node.outputs + node.inputs + [node.name]) }
  }

  var opset: Int { source.opsets[""] ?? 1 }

  /// Inputs that a caller must supply.
  var inputs: [ModelValue] { source.graph.inputs.filter { initializers[$0.name] == nil } }

  /// What nodes compute as the model's outputs; in place of a Softmax, what it reads.
  var outputsBeforeSoftmax: [String] {
    let producers = producers()
    return source.graph.outputs.compactMap { output in
      guard let node = producers[output.name].map({ nodes[$0] }) else { return nil }
      // Softmax over several axes is one over the rows of a matrix.
      let inner = node.is("Reshape") ? producers[node.inputs[0]].map { nodes[$0] } : node
      return inner?.is("Softmax", "LogSoftmax") ?? false ? inner?.inputs[0] : output.name
    }
  }

  /// The number of dimensions the file declares for a value, if it does.
  func declaredRank(_ name: String) -> Int? {
    let graph = source.graph
    return (graph.outputs + graph.valueInfos).first { $0.name == name }?.dimensions?.count
  }

  /// For each value, the indices of the nodes that read it, a reader once per use.
  func consumers() -> [String: [Int]] {
    var result: [String: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs where !input.isEmpty { result[input, default: []].append(index) }
    }
    return result
  }

  /// For each value, the index of the node that produces it.
  func producers() -> [String: Int] {
    var result: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { result[output] = index }
    }
    return result
  }

  func isConstant(_ name: String) -> Bool { initializers[name] != nil }

  /// The float32 values of an initializer; nil for other types and for values that nodes compute.
  func floats(_ name: String) throws(QuantizationError) -> [Float]? {
    guard let tensor = initializers[name], tensor.elementType == .float32 else { return nil }
    return try elements(tensor)
  }

  /// The values of an int64 or int32 initializer.
  func integers(_ name: String) throws(QuantizationError) -> [Int]? {
    guard let tensor = initializers[name] else { return nil }
    switch tensor.elementType {
    case .int64: return try elements(tensor, of: Int64.self).map { Int($0) }
    case .int32: return try elements(tensor, of: Int32.self).map { Int($0) }
    default: return nil
    }
  }

  private func elements<Element: BitwiseCopyable>(
    _ tensor: ModelTensor, of type: Element.Type = Element.self
  ) throws(QuantizationError) -> [Element] {
    let bytes: Data
    do { bytes = try tensor.payload() } catch { throw .model(error) }
    // Copied, for bytes of a file lie at any alignment.
    let count = bytes.count / MemoryLayout<Element>.stride
    return [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = bytes.copyBytes(to: buffer) / MemoryLayout<Element>.stride
    }
  }

  /// `base`, or the first of base_2, base_3 … that nothing in the model is called.
  mutating func uniqueName(_ base: String) -> String {
    var name = base
    var number = 2
    while !names.insert(name).inserted {
      name = "\(base)_\(number)"
      number += 1
    }
    return name
  }

  /// Adds an initializer, or replaces the one of the same name.
  mutating func store(_ tensor: ModelTensor) {
    if initializers[tensor.name] == nil { added.append(tensor.name) }
    names.insert(tensor.name)
    initializers[tensor.name] = tensor
  }

  mutating func store(_ name: String, floats: [Float], dims: [Int]) {
    store(ModelTensor(name: name, elementType: .float32, dims: dims, values: floats))
  }

  /// Makes every reader of a value read another one instead.
  mutating func redirect(_ renames: [String: String]) {
    for i in nodes.indices where nodes[i].inputs.contains(where: { renames[$0] != nil }) {
      nodes[i].inputs = nodes[i].inputs.map { renames[$0] ?? $0 }
    }
  }

  /// The edited model; initializers that nothing reads any more are gone.
  ///
  /// - Parameter opset: the version of the standard operator set, not below the model's own.
  func assembled(opset: Int) -> Model {
    var model = source
    var graph = model.graph
    var used = pinned
    for node in nodes { used.formUnion(node.inputs) }
    let produced = Set(nodes.flatMap(\.outputs))
    graph.nodes = nodes
    graph.initializers = (initialOrder + added).filter(used.contains).compactMap {
      initializers[$0]
    }
    // Old files list initializers as inputs too; quantized ones cannot be overridden from outside.
    graph.inputs = inputs
    graph.valueInfos = graph.valueInfos.filter { produced.contains($0.name) }
    model.graph = graph
    if opset > self.opset { model.setOpset(opset) }
    // The IR versions that came with operator sets 13 and 21 (int4).
    model.irVersion = max(model.irVersion, opset >= 21 ? 10 : 7)
    return model
  }

  /// A model of some of the nodes, with the initializers they read.
  func fragment(
    _ nodes: [ModelNode], inputs: [ModelValue], outputs: [ModelValue], opset: Int
  ) -> Model {
    var model = source
    let used = Set(nodes.flatMap(\.inputs))
    let stored = (initialOrder + added).filter(used.contains).compactMap { initializers[$0] }
    model.graph = ModelGraph(
      name: source.graph.name, nodes: nodes, inputs: inputs, outputs: outputs, initializers: stored)
    if opset > self.opset { model.setOpset(opset) }
    return model
  }

  private static func namesReadBySubgraphs(of nodes: [ModelNode]) -> Set<String> {
    var names: Set<String> = []
    for node in nodes {
      for attribute in node.attributeNames {
        guard case .graph(let graph)? = node[attribute: attribute] else { continue }
        for inner in graph.nodes { names.formUnion(inner.inputs) }
        names.formUnion(graph.outputs.map(\.name))
        names.formUnion(namesReadBySubgraphs(of: graph.nodes))
      }
    }
    return names
  }
}

extension ModelNode {
  func `is`(_ opTypes: String...) -> Bool { domain.isEmpty && opTypes.contains(opType) }

  func input(_ index: Int) -> String? {
    index < inputs.count && !inputs[index].isEmpty ? inputs[index] : nil
  }

  func int(_ attribute: String) -> Int? {
    guard case .int(let value)? = self[attribute: attribute] else { return nil }
    return value
  }

  func float(_ attribute: String) -> Float? {
    guard case .float(let value)? = self[attribute: attribute] else { return nil }
    return value
  }

  func ints(_ attribute: String) -> [Int]? {
    guard case .ints(let values)? = self[attribute: attribute] else { return nil }
    return values
  }

  func string(_ attribute: String) -> String? {
    guard case .string(let value)? = self[attribute: attribute] else { return nil }
    return value
  }
}
