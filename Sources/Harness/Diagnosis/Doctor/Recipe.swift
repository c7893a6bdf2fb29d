import Imaging

/// One way to turn images into what a model reads.
public struct Recipe: Sendable, Hashable {
  public var name: String
  public var preprocessing: Preprocessing

  /// Whether rows and columns trade places, as for models converted from column-major frameworks.
  public var isTransposed = false

  public init(_ name: String, _ preprocessing: Preprocessing, isTransposed: Bool = false) {
    self.name = name
    self.preprocessing = preprocessing
    self.isTransposed = isTransposed
  }

  /// Whether both prepare images alike, whatever they are called.
  func prepares(like other: Recipe) -> Bool {
    preprocessing == other.preprocessing && isTransposed == other.isTransposed
  }

  /// The options that select it; nil where none do.
  public func flags(side: Int) -> String? {
    guard !isTransposed else { return nil }
    if let preset = Preprocessing.presets.first(where: { $0.preprocessing(side) == preprocessing })
    {
      return "--preset \(preset.name)"
    }
    let settings = preprocessing.settings.filter { $0.key != "exif" }
    return settings.map { "--\($0.key) \(Self.short($0.value))" }.joined(separator: " ")
      + (preprocessing.appliesEXIF ? " --exif" : "")
  }

  /// Three equal numbers as one.
  private static func short(_ value: String) -> String {
    let parts = value.split(separator: ",")
    return parts.count == 3 && Set(parts).count == 1 ? String(parts[0]) : value
  }
}
