/// Detection against labels, or against a reference's detections: mean average precision as COCO defines it.
public struct DetectionTask: VisionTask {
  /// The boxes of one image, and how it became the model's input.
  public struct Truth: Codable, Hashable, Sendable {
    public var boxes: [TruthBox]
    public var geometry: BoxGeometry

    public init(boxes: [TruthBox], geometry: BoxGeometry) {
      self.boxes = boxes
      self.geometry = geometry
    }

    /// A reference's detections of a score above `confidence`, taken as truth.
    public init(reference: [Detection], above confidence: Double, geometry: BoxGeometry) {
      self.init(
        boxes: reference.filter { $0.score > confidence }.map { TruthBox($0) }, geometry: geometry)
    }
  }

  public let kind = MetricKind(name: "mAP@[.5:.95]")
  public var reader: BoxReader

  public init(reader: BoxReader) { self.reader = reader }

  public func record(
    _ outputs: [OutputArray], truth: Truth
  ) throws(TaskError) -> DetectionRecord {
    let detections = try reader.detections(outputs, truth.geometry)
    return DetectionRecord(detections: detections, truths: truth.boxes)
  }

  public func isPossible(_ record: DetectionRecord) -> Bool { record.isPossible }

  public func metric(of records: [DetectionRecord]) -> PrecisionCurves { PrecisionCurves(records) }
}
