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

extension LabelMap {
  /// The labels that a network gives as numbers.
  ///
  /// - Precondition: the output has as many values as pixels.
  /// - Throws: `TaskError.notALabel` for a value that is no whole number from 0 to 65,535.
  init(_ output: OutputArray, height: Int, width: Int) throws(TaskError) {
    var labels: [UInt16] = []
    labels.reserveCapacity(height * width)
    for value in output.values {
      guard let label = UInt16(exactly: value) else { throw .notALabel(value) }
      labels.append(label)
    }
    self.init(height: height, width: width, labels: labels)
  }

  /// The label at each pixel's centre.
  func resized(height: Int, width: Int) -> LabelMap {
    guard (height, width) != (self.height, self.width) else { return self }
    func places(_ count: Int, _ target: Int) -> [Int] {
      (0..<target).map { (2 * $0 + 1) * count / (2 * target) }
    }
    let columns = places(self.width, width)
    let labels = places(self.height, height).flatMap { row in
      columns.map { self.labels[row * self.width + $0] }
    }
    return LabelMap(height: height, width: width, labels: labels)
  }
}
