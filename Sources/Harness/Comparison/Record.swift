/// What one arm said about one image. Everything in a report is a function of records and facts.
public struct Record: Sendable, Codable, Hashable {
  /// The image's path relative to the data set's root.
  public var path: String

  /// A digest of the file's bytes, in hexadecimal.
  public var contentHash: String

  /// The index of the true class.
  public var label: Int

  /// The indices of the highest scores, highest first; fewer than five where there are fewer
  /// classes.
  public var top5: [Int]

  /// The highest score minus the second highest.
  public var margin: Float

  public init(path: String, contentHash: String, label: Int, top5: [Int], margin: Float) {
    self.path = path
    self.contentHash = contentHash
    self.label = label
    self.top5 = top5
    self.margin = margin
  }

  /// Whether the highest score is the true class's.
  public var isCorrect: Bool { top5.first == label }

  /// Whether the true class is among the five highest scores.
  public var isInTop5: Bool { top5.prefix(5).contains(label) }
}
