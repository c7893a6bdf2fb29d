/// The operators an engine has, by domain, type and version.
package struct OperatorRegistry: Sendable {
  private struct Key: Hashable {
    let domain: String
    let opType: String
  }

  private var versions: [Key: [any OperatorKernel.Type]] = [:]

  init(_ kernels: [any OperatorKernel.Type]) {
    for kernel in kernels {
      versions[Key(domain: kernel.domain, opType: kernel.opType), default: []].append(kernel)
    }
    for key in versions.keys { versions[key]?.sort { $0.sinceVersion > $1.sinceVersion } }
  }

  /// All kernels, sorted by name and version.
  var kernels: [any OperatorKernel.Type] {
    versions.values.joined().sorted { ($0.opType, $0.sinceVersion) < ($1.opType, $1.sinceVersion) }
  }

  /// What the operator promises; nothing where it is not known.
  package func traits(
    domain: String, opType: String, opset: Int = .max
  ) -> OperatorTraits {
    let known = versions[Key(domain: domain, opType: opType)]
    return known?.first { $0.sinceVersion <= opset }?.traits ?? OperatorTraits()
  }

  package func traits(of node: Node) -> OperatorTraits {
    if let own = node.own { return type(of: own).traits }
    return traits(domain: node.domain, opType: node.opType, opset: node.opset)
  }

  /// The kernel for a node: of ONNX's operators the highest version not above the node's opset.
  func kernel(for node: Node) throws(UnsupportedReason) -> any NodeKernel {
    if let own = node.own { return own.kernel(of: node) }
    guard let known = versions[Key(domain: node.domain, opType: node.opType)] else {
      throw Refusal.unknown(node)
    }
    guard let type = known.first(where: { $0.sinceVersion <= node.opset }) else {
      throw Refusal.tooOld(since: known.last?.sinceVersion ?? 0)
    }
    do {
      if let type = type as? any ControlFlowOperator.Type {
        return try type.init(node, registry: self)
      }
      return try type.init(node)
    } catch {
      throw Refusal.attributes(error)
    }
  }
}
