/// What the numbers of a family of detectors mean. One file each, and a line in `StandardBoxDecoders`.
public protocol BoxDecoder: Sendable {
  /// As `--boxes` takes it.
  static var name: String { get }

  /// Whether the network gives many boxes for one object, which `NonMaximumSuppression` is to thin.
  var needsSuppression: Bool { get }

  /// The boxes of one image, in pixels of the model's input, in the network's order.
  ///
  /// - Parameters:
  ///   - outputs: of one image, in the model's order.
  ///   - reading: the input's size, and what of the boxes is kept.
  func candidates(
    _ outputs: [OutputArray], _ reading: BoxReading
  ) throws(TaskError) -> [Detection]
}

/// What a decoder needs to know of a model, and what of its boxes it keeps.
public struct BoxReading: Codable, Hashable, Sendable {
  /// The size of the model's input in pixels.
  public var width: Int
  public var height: Int
  /// The number of classes; by the output's shape where nil. Further numbers of a box (of masks or key points) are skipped.
  public var classCount: Int?
  /// Scores must be above this.
  public var confidence: Double
  /// Whether a box is a detection of every class whose score is high enough, as in Ultralytics' validation, or of its best
  /// class alone, as in its predictions.
  public var keepsEveryClass: Bool

  /// The defaults are Ultralytics' for average precision.
  public init(
    width: Int, height: Int, classCount: Int? = nil, confidence: Double = 0.001,
    keepsEveryClass: Bool = true
  ) {
    self.width = width
    self.height = height
    self.classCount = classCount
    self.confidence = confidence
    self.keepsEveryClass = keepsEveryClass
  }
}

extension BoxReading {
  /// Appends what a box is a detection of. Boxes and scores that are not finite are none.
  ///
  /// - Parameter score: of a class of 0..<`classes`.
  func append(
    _ box: @autoclosure () -> Box, classes: Int, to detections: inout [Detection],
    score: (Int) -> Double
  ) {
    func append(_ category: Int, _ score: Double) {
      let box = box()
      guard box.isFinite, score.isFinite else { return }
      detections.append(Detection(box: box, category: category, score: score))
    }
    if keepsEveryClass {
      for category in 0..<classes where score(category) > confidence {
        append(category, score(category))
      }
    } else {
      var (best, highest) = (-1, confidence)
      for category in 0..<classes where score(category) > highest {
        (best, highest) = (category, score(category))
      }
      if best >= 0 { append(best, highest) }
    }
  }

  /// How many classes `columns` numbers hold after the first `fixed`; nil where they hold none, or not the asked number.
  func classes(columns: Int, after fixed: Int) -> Int? {
    let room = columns - fixed
    let classes = classCount ?? room
    return classes > 0 && classes <= room ? classes : nil
  }

  /// "5+80" or "5+C", for the names of axes in errors.
  func columns(after fixed: Int) -> String {
    "\(fixed)+" + (classCount.map(String.init) ?? "C")
  }
}

extension [OutputArray] {
  /// - Throws: `missingOutput` without outputs, `wrongShape` where the first one is not a matrix.
  func firstMatrix(
    _ expected: @autoclosure () -> String
  ) throws(TaskError) -> (rows: Int, columns: Int, values: [Float]) {
    guard let output = first else { throw .missingOutput(index: 0, count: 0) }
    guard let lengths = output.lengths(rank: 2) else {
      throw .wrongShape(shape: output.shape, expected: expected())
    }
    return (lengths[0], lengths[1], output.values)
  }
}
