/// The twelve numbers of COCO (pycocotools' `summarize`), 0...1; nil where there is no truth that it could be taken of.
public struct DetectionSummary: Codable, Hashable, Sendable {
  /// mAP@[.5:.95], mAP50 and mAP75: the means over classes, and over overlaps where several are meant.
  public var precision: Double?
  public var precision50: Double?
  public var precision75: Double?
  public var precisionSmall: Double?
  public var precisionMedium: Double?
  public var precisionLarge: Double?
  /// Recall with at most 1, 10 and 100 detections of a class in an image.
  public var recall1: Double?
  public var recall10: Double?
  public var recall100: Double?
  public var recallSmall: Double?
  public var recallMedium: Double?
  public var recallLarge: Double?

  /// - Parameter weights: how often each image counts; each once where nil.
  public init(_ records: [DetectionRecord], weights: [Int]? = nil) {
    func classes(
      _ size: BoxSize = .all, limit: Int = COCOGrid.matchedDetections
    ) -> [ClassPrecision] {
      let curves = PrecisionCurves(records, size: size, limit: limit)
      return weights.map { curves.classes(weights: $0) } ?? curves.classes()
    }
    let all = classes()
    precision = all.mean(\.precision)
    precision50 = all.mean(\.precision, overlap: 0)
    precision75 = all.mean(\.precision, overlap: 5)
    recall100 = all.mean(\.recall)
    recall1 = classes(limit: 1).mean(\.recall)
    recall10 = classes(limit: 10).mean(\.recall)
    let sizes = [BoxSize.small, .medium, .large].map { classes($0) }
    (precisionSmall, recallSmall) = (sizes[0].mean(\.precision), sizes[0].mean(\.recall))
    (precisionMedium, recallMedium) = (sizes[1].mean(\.precision), sizes[1].mean(\.recall))
    (precisionLarge, recallLarge) = (sizes[2].mean(\.precision), sizes[2].mean(\.recall))
  }
}
