/// How many pixels of one image are which class, by its truth and by a prediction.
public struct SegmentationRecord: Sendable, Codable, Hashable {
  /// Classes that occur, in ascending order.
  public let classes: [ClassPixels]

  public struct ClassPixels: Sendable, Codable, Hashable {
    public let index: Int
    public internal(set) var truth = 0
    public internal(set) var predicted = 0
    public internal(set) var correct = 0

    /// Pixels that are the class by truth, prediction or both.
    public var union: Int { truth + predicted - correct }

    init(index: Int) { self.index = index }

    public init(index: Int, truth: Int, predicted: Int, correct: Int) {
      precondition(correct >= 0 && correct <= min(truth, predicted), "correct pixels are in both")
      self.index = index
      self.truth = truth
      self.predicted = predicted
      self.correct = correct
    }
  }

  /// More pixels than an image has, and few enough to add up.
  public static let pixelLimit = 1 << 32

  /// - Parameter classes: no class twice.
  public init(classes: [ClassPixels]) { self.classes = classes.sorted { $0.index < $1.index } }

  /// Compares two label maps of the same size; pixels whose truth is `ignored` do not count.
  public init(predicted: LabelMap, truth: LabelMap, ignored: Int?) {
    precondition(predicted.height == truth.height && predicted.width == truth.width)
    let count = 1 + Int(max(predicted.labels.max() ?? 0, truth.labels.max() ?? 0))
    var pixels = (0..<count).map { ClassPixels(index: $0) }
    for (label, right) in zip(predicted.labels, truth.labels) {
      let (label, right) = (Int(label), Int(right))
      if right == ignored { continue }
      pixels[right].truth += 1
      pixels[label].predicted += 1
      if label == right { pixels[label].correct += 1 }
    }
    classes = pixels.filter { $0.union > 0 }
  }
}
