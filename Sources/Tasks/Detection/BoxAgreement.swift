/// How many boxes of one image were found again: an arm's detections against a reference's.
public struct BoxAgreement: Codable, Hashable, Sendable {
  /// Boxes of both.
  public var found: Int
  /// Boxes of the arm alone.
  public var extra: Int
  /// Boxes of the reference alone.
  public var lost: Int

  /// More boxes than an image has, and few enough to add up.
  public static let limit = 1 << 32

  public init(found: Int, extra: Int, lost: Int) {
    self.found = found
    self.extra = extra
    self.lost = lost
  }

  /// - Parameter confidence: boxes of both count from scores above this.
  public init(
    _ detections: [Detection], reference: [Detection], above confidence: Double,
    overlap: Double = BoxPairing.overlap
  ) {
    let pairing = BoxPairing(detections, reference: reference, above: confidence, overlap: overlap)
    self.init(
      found: pairing.found.count, extra: pairing.extra.count, lost: pairing.lost.count)
  }
}

/// Detection without labels: whether an arm finds the reference's boxes again.
public struct BoxAgreementTask: VisionTask {
  /// What the reference finds in an image, and how it became the model's input.
  public struct Truth: Codable, Hashable, Sendable {
    public var detections: [Detection]
    public var geometry: BoxGeometry

    public init(detections: [Detection], geometry: BoxGeometry) {
      self.detections = detections
      self.geometry = geometry
    }
  }

  public let kind = MetricKind(name: "boxes found again (F1)")
  public var reader: BoxReader
  /// Boxes count from scores above this.
  public var confidence: Double

  public init(reader: BoxReader, confidence: Double = 0.25) {
    self.reader = reader
    self.confidence = confidence
  }

  public func record(_ outputs: [OutputArray], truth: Truth) throws(TaskError) -> BoxAgreement {
    let detections = try reader.detections(outputs, truth.geometry)
    return BoxAgreement(detections, reference: truth.detections, above: confidence)
  }

  public func isPossible(_ record: BoxAgreement) -> Bool {
    [record.found, record.extra, record.lost].allSatisfy { (0...BoxAgreement.limit).contains($0) }
  }

  public func metric(of records: [BoxAgreement]) -> BoxAgreementMetric {
    BoxAgreementMetric(records: records)
  }
}

/// F1: 2 found / (2 found + extra + lost), 0...1; nil where neither finds anything.
public struct BoxAgreementMetric: WeightedMetric {
  public let records: [BoxAgreement]

  public init(records: [BoxAgreement]) { self.records = records }

  public func value(weights: [Int]) -> Double? {
    precondition(weights.count == records.count, "every image has a weight")
    // Sums of integers, exact to 2^53.
    var (found, others) = (0.0, 0.0)
    for (record, weight) in zip(records, weights) {
      found += Double(weight) * Double(record.found)
      others += Double(weight) * (Double(record.extra) + Double(record.lost))
    }
    return found + others > 0 ? 2 * found / (2 * found + others) : nil
  }
}
