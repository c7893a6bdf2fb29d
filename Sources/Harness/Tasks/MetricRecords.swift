import CalibrantTasks

/// What the judged metric of an arm is taken of, image by image. Reports keep it, so that `diff` can weigh two results by the
/// same resamples.
public enum MetricRecords: Sendable, Hashable {
  /// Whether something holds of an image; nil where the question does not arise.
  case shares([Bool?])
  /// For average precision, of boxes of all sizes.
  case detections([DetectionRecord])
  /// For the F1 of boxes found again.
  case boxes([BoxAgreement])
  /// For the mean intersection over union.
  case pixels([SegmentationRecord])
  /// For the cosine of the outputs' part that is farthest off: a distance per part.
  case distances([[OutputDistance]])
  /// For the accuracy of verification, which is of pairs of images.
  case pairs([ScoredPair])

  enum Kind: String, Codable {
    case shares, detections, boxes, pixels, distances, pairs
  }

  var kind: Kind {
    switch self {
    case .shares: .shares
    case .detections: .detections
    case .boxes: .boxes
    case .pixels: .pixels
    case .distances: .distances
    case .pairs: .pairs
    }
  }

  /// Images, or pairs.
  var count: Int {
    switch self {
    case .shares(let holds): holds.count
    case .detections(let records): records.count
    case .boxes(let records): records.count
    case .pixels(let records): records.count
    case .distances(let records): records.count
    case .pairs(let pairs): pairs.count
    }
  }

  /// As `Measure` has it.
  var form: Measure.Form {
    switch self {
    case .shares(let holds): .proportion(holds)
    case .detections(let records): .weighted(PrecisionCurves(records))
    case .boxes(let records): .weighted(BoxAgreementMetric(records: records))
    case .pixels(let records): .weighted(SegmentationMetric(dense: records))
    case .distances(let records): .weighted(LowestCosine(records))
    case .pairs(let pairs):
      .weighted(
        VerificationMetric(cosines: pairs.map(\.cosine), isSame: pairs.map(\.pair.isSame)))
    }
  }

  /// Those of some images, in that order.
  ///
  /// - Precondition: they are not of pairs.
  func selected(_ images: [Int]) -> MetricRecords {
    switch self {
    case .shares(let holds): .shares(images.map { holds[$0] })
    case .detections(let records): .detections(images.map { records[$0] })
    case .boxes(let records): .boxes(images.map { records[$0] })
    case .pixels(let records): .pixels(images.map { records[$0] })
    case .distances(let records): .distances(images.map { records[$0] })
    case .pairs: preconditionFailure("pairs are of two images each")
    }
  }

  /// Whether two records of one image were taken by the same labels, as far as they say.
  func hasSameTruth(at image: Int, as other: MetricRecords, at otherImage: Int) -> Bool {
    switch (self, other) {
    case (.detections(let own), .detections(let others)):
      own[image].truths.map(\.truth) == others[otherImage].truths.map(\.truth)
    case (.pixels(let own), .pixels(let others)):
      own[image].truth == others[otherImage].truth
    default: true
    }
  }

  /// How well an image does by itself, 0...1, to name those that changed most; nil where there is nothing to say.
  func score(at image: Int) -> Double? {
    switch self {
    case .shares(let holds): holds[image].map { $0 ? 1 : 0 }
    case .detections(let records): records[image].found
    case .boxes(let records): BoxAgreementMetric(records: [records[image]]).value(weights: [1])
    case .pixels(let records): records[image].accuracy
    case .distances(let records): LowestCosine([records[image]]).value(weights: [1])
    case .pairs: nil
    }
  }
}

/// Two images that an embedding holds side by side.
public struct ScoredPair: Sendable, Hashable {
  public var pair: VerificationPair
  public var cosine: Double
}

extension TruthCount {
  fileprivate var truth: [Int] { [category, Int(counted[BoxSize.all.rawValue])] }
}

extension SegmentationMetric {
  /// Classes that occur nowhere take no room.
  fileprivate init(dense records: [SegmentationRecord]) {
    let known = Set(records.flatMap { $0.classes.map(\.index) }).sorted()
    let places = Dictionary(uniqueKeysWithValues: zip(known, known.indices))
    self.init(
      records.map { record in
        SegmentationRecord(
          classes: record.classes.map { pixels in
            .init(
              index: places[pixels.index] ?? 0, truth: pixels.truth, predicted: pixels.predicted,
              correct: pixels.correct)
          })
      }, classCount: known.count)
  }
}

extension SegmentationRecord {
  /// Pixels by class, of the classes that the label shows.
  fileprivate var truth: [Int: Int] {
    Dictionary(uniqueKeysWithValues: classes.filter { $0.truth > 0 }.map { ($0.index, $0.truth) })
  }
}

extension SegmentationRecord {
  /// The share of pixels that are predicted right.
  fileprivate var accuracy: Double? {
    let all = classes.reduce(0) { $0 + $1.truth }
    return all > 0 ? Double(classes.reduce(0) { $0 + $1.correct }) / Double(all) : nil
  }
}

extension DetectionRecord {
  /// The share of the labelled boxes that are found, over all overlaps.
  fileprivate var found: Double? {
    let all = truths.reduce(0) { $0 + Int($1.counted[BoxSize.all.rawValue]) }
    let hits = matches.reduce(0) { $0 + $1.hits[BoxSize.all.rawValue].nonzeroBitCount }
    return all > 0 ? Double(hits) / Double(COCOGrid.overlaps.count * all) : nil
  }
}
