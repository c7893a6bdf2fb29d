import CalibrantImaging

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
    preprocessing.normalizes(like: other.preprocessing)
      && preprocessing.places(like: other.preprocessing)
      && preprocessing.appliesEXIF == other.preprocessing.appliesEXIF
      && isTransposed == other.isTransposed
  }

  /// The options that select it, whatever was given before; nil where none do. They begin with the
  /// preset that leaves least to add.
  public func flags(side: Int) -> String? {
    guard !isTransposed else { return nil }
    let choices = Preprocessing.presets.map { preset in
      ["--preset \(preset.name)"]
        + differences(from: preset.preprocessing(ImageSize(width: side, height: side)))
    }
    return choices.min { $0.count < $1.count }?.joined(separator: " ")
  }

  /// A letterbox is always among them: where the model's input is open, presets have another side.
  private func differences(from other: Preprocessing) -> [String] {
    let settings = zip(preprocessing.settings, other.settings).filter { mine, theirs in
      (mine != theirs || mine.key == "letterbox") && mine.key != "exif"
        && (mine.key != "interpolation" || preprocessing.resize != .none)
    }
    return settings.map { "--\($0.0.key) \(Self.short($0.0.value))" }
      + (preprocessing.appliesEXIF ? ["--exif"] : [])
  }

  /// Three equal numbers as one.
  private static func short(_ value: String) -> String {
    let parts = value.split(separator: ",")
    return parts.count == 3 && Set(parts).count == 1 ? String(parts[0]) : value
  }
}
