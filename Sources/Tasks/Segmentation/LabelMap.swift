/// A class for every pixel.
public struct LabelMap: Sendable, Hashable {
  public let height: Int
  public let width: Int
  /// Row-major.
  public let labels: [UInt16]

  /// - Precondition: as many labels as pixels.
  public init(height: Int, width: Int, labels: [UInt16]) {
    precondition(height * width == labels.count, "every pixel has a label")
    self.height = height
    self.width = width
    self.labels = labels
  }
}
