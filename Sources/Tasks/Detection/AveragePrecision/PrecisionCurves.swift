/// The detections of many images in order of score, class by class: all that average precision needs, sorted once and then
/// weighed as often as a bootstrap draws.
///
/// Memory: 12 bytes for a detection and 16 for a class in an image.
public struct PrecisionCurves: Sendable {
  private let ranked: [RankedClass]
  private let imageCount: Int

  /// - Parameters:
  ///   - records: of one image each. Equal scores are ordered as their images are here.
  ///   - size: the size of objects that count.
  ///   - limit: as many detections of a class count in an image, up to `COCOGrid.matchedDetections`.
  public init(
    _ records: [DetectionRecord], size: BoxSize = .all, limit: Int = COCOGrid.matchedDetections
  ) {
    var gathered: [Int: RankedClass.Parts] = [:]
    for (image, record) in records.enumerated() {
      for truth in record.truths where truth.counted[size.rawValue] > 0 {
        gathered[truth.category, default: .init()].truths.append(
          .init(image: image, count: Int(truth.counted[size.rawValue])))
      }
      for stretch in record.matches.stretches(by: \.category) {
        gathered[stretch.value, default: .init()].add(
          record.matches[stretch.range].prefix(limit), of: size, image: image)
      }
    }
    ranked = gathered.sorted { $0.key < $1.key }.compactMap(RankedClass.init)
    imageCount = records.count
  }

  /// Precision and recall of each class of which the images drawn have truth, by ascending class.
  ///
  /// Image i counts `weights[i]` times, as if it were there as often, its copies side by side.
  ///
  /// - Precondition: as many weights as images, none negative.
  public func classes(weights: [Int]) -> [ClassPrecision] { classes(lanes: [weights])[0] }

  /// The same with every image once.
  public func classes() -> [ClassPrecision] {
    classes(weights: Array(repeating: 1, count: imageCount))
  }

  /// By resample, of which there are as many as lanes at most.
  private func classes(lanes resamples: ArraySlice<[Int]>) -> [[ClassPrecision]] {
    for weights in resamples {
      precondition(weights.count == imageCount, "every image has a weight")
      precondition(weights.allSatisfy { $0 >= 0 }, "no image counts less than nothing")
    }
    let weights = LaneWeights(resamples, imageCount: imageCount)
    let found = ranked.map { $0.precision(weights: weights) }
    return (0..<resamples.count).map { lane in found.compactMap { $0[lane] } }
  }
}

/// One class' precision and recall at each of `COCOGrid.overlaps`.
public struct ClassPrecision: Hashable, Sendable {
  public let category: Int
  /// Average precision: the mean, over `COCOGrid.recalls`, of the best precision at that recall or more. 0...1.
  public let precision: [Double]
  /// The share of the truths that were found at all, 0...1.
  public let recall: [Double]
}

extension [ClassPrecision] {
  /// The mean over classes and all overlaps, or one of them; nil without classes.
  public func mean(_ values: KeyPath<ClassPrecision, [Double]>, overlap index: Int? = nil)
    -> Double?
  {
    let chosen = flatMap { element in
      index.map { [element[keyPath: values][$0]] } ?? element[keyPath: values]
    }
    return chosen.isEmpty ? nil : chosen.reduce(0, +) / Double(chosen.count)
  }
}

extension PrecisionCurves: WeightedMetric {
  public var effectiveImageCount: Double? { HarmonicMean.of(ranked.map(\.imageCount)) }

  /// Mean average precision over all classes and overlaps.
  public func value(weights: [Int]) -> Double? {
    classes(weights: weights).mean(\.precision)
  }

  public func values(weights: [[Int]]) -> [Double?] {
    stride(from: 0, to: weights.count, by: Lanes.scalarCount).flatMap { start in
      classes(lanes: weights[start..<min(start + Lanes.scalarCount, weights.count)])
        .map { $0.mean(\.precision) }
    }
  }
}
