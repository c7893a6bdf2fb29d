/// What a network reads in one image, and how far that is from the truth.
public struct TextRecord: Sendable, Codable, Hashable {
  public let text: String
  /// Scalars to change.
  public let distance: Int
  /// Scalars of the truth.
  public let length: Int

  /// More scalars than an image shows, and few enough to add up.
  static let lengthLimit = 1 << 32

  public init(text: String, truth: String) {
    self.text = text
    distance = EditDistance.between(text, truth)
    length = truth.unicodeScalars.count
  }

  /// Scalar by scalar, unlike Swift's `==`.
  public var isExact: Bool { distance == 0 }

  /// Whether two networks read the same, scalar by scalar.
  public func agrees(with other: TextRecord) -> Bool {
    text.unicodeScalars.elementsEqual(other.text.unicodeScalars)
  }
}
