/// One model file of a comparison and how it came to be.
public struct Arm: Sendable, Codable, Hashable {
  /// What a quantized file's parameters were derived from.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    case original
    case weightBased = "weight-based"
    case activationBased = "activation-based"
    /// A file that was there already, whatever made it.
    case given
  }

  /// Unique within a comparison, for instance "w8a8 activation-based auto".
  public var name: String
  public var kind: Kind

  /// Weight bits and, where present, activation bits: "w8", "w4a8"; nil for the original and for given files.
  public var scheme: String?

  /// How ranges or weights were chosen: "plain", "corrected", "minmax", …; the name of a given file; nil for the original.
  public var method: String?

  /// What shares one weight scale: "per-channel" or "per-tensor"; nil for the original and for given files.
  public var granularity: String?

  /// The model file relative to the report's folder, where one was kept there.
  public var file: String?

  /// The size of the model, external data included.
  public var bytes: Int

  /// Of the model (`ModelFile`); nil in results of earlier versions.
  public var sha256: String?

  /// Between a method and the step that an arm of an ablation leaves out.
  static let ablationMark = " without "

  /// Whether the arm only shows what a step is worth; no verdict is about it.
  public var isAblation: Bool { Self.isAblation(method) }

  static func isAblation(_ method: String?) -> Bool { method?.contains(ablationMark) ?? false }

  public init(
    name: String, kind: Kind, scheme: String? = nil, method: String? = nil,
    granularity: String? = nil, file: String? = nil, bytes: Int, sha256: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.scheme = scheme
    self.method = method
    self.granularity = granularity
    self.file = file
    self.bytes = bytes
    self.sha256 = sha256
  }
}
