/// A node the engine refuses, or a value where `opType` is "input" or "initializer", why, and what to do.
public struct UnsupportedNode: Sendable, Hashable, Codable {
  public let name: String
  public let opType: String
  /// "" is the standard domain.
  public let domain: String
  /// 0 for values.
  public let opset: Int
  public let reason: String
  public let advice: String

  init(name: String, opType: String, domain: String, opset: Int, reason: String, advice: String) {
    (self.name, self.opType, self.domain, self.opset) = (name, opType, domain, opset)
    (self.reason, self.advice) = (reason, advice)
  }

  /// The operator with its domain, as reports name it.
  public var qualifiedType: String { domain.isEmpty ? opType : "\(domain).\(opType)" }
}

extension UnsupportedNode: CustomStringConvertible {
  public var description: String {
    opset == 0
      ? "\(opType) '\(name)': \(reason); \(advice)"
      : "node '\(name)': \(qualifiedType) (opset \(opset)): \(reason); \(advice)"
  }
}
