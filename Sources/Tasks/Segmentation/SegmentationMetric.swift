/// Mean intersection over union of classes, each over the pixels of all images together.
///
/// Classes without a pixel in truth and prediction are left out (Everingham et al. 2010, "The Pascal Visual Object Classes
/// Challenge", section 5.3).
public struct SegmentationMetric: WeightedMetric {
  /// The images of each class.
  private let entries: [[Entry]]
  private let imageCount: Int

  private struct Entry {
    let image: Int
    let pixels: SegmentationRecord.ClassPixels
  }

  /// - Parameter classCount: at least one more than the largest class of the records.
  public init(_ records: [SegmentationRecord], classCount: Int) {
    var entries = [[Entry]](repeating: [], count: classCount)
    for (image, record) in records.enumerated() {
      for pixels in record.classes {
        entries[pixels.index].append(Entry(image: image, pixels: pixels))
      }
    }
    self.entries = entries
    imageCount = records.count
  }

  public func value(weights: [Int]) -> Double? {
    let known = perClass(weights: weights).compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  public var effectiveImageCount: Double? {
    HarmonicMean.of(entries.map { images in images.count { $0.pixels.truth > 0 } })
  }

  /// Intersection over union of each class; nil for those without a pixel.
  public func perClass(weights: [Int]) -> [Double?] {
    totals(weights).map { $0.union > 0 ? Double($0.correct) / Double($0.union) : nil }
  }

  /// The share of pixels that are predicted right.
  public func pixelAccuracy(weights: [Int]) -> Double? {
    let totals = totals(weights)
    let all = totals.reduce(0) { $0 + $1.truth }
    return all > 0 ? Double(totals.reduce(0) { $0 + $1.correct }) / Double(all) : nil
  }

  private func totals(_ weights: [Int]) -> [SegmentationRecord.ClassPixels] {
    precondition(weights.count == imageCount, "a weight per image")
    return entries.enumerated().map { index, entries in
      var total = SegmentationRecord.ClassPixels(index: index)
      for entry in entries {
        let weight = weights[entry.image]
        total.truth += weight * entry.pixels.truth
        total.predicted += weight * entry.pixels.predicted
        total.correct += weight * entry.pixels.correct
      }
      return total
    }
  }
}
