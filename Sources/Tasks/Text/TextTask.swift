/// The text of an image, read by a network with CTC; what counts is the share read without a fault.
public struct TextTask: VisionTask {
  public let decoder: CTCDecoder

  public init(_ decoder: CTCDecoder) { self.decoder = decoder }

  public var kind: MetricKind { MetricKind(name: "exact match") }

  public func record(_ outputs: [OutputArray], truth: String) throws(TaskError) -> TextRecord {
    guard let output = outputs.first else { throw .missingOutput(index: 0, count: 0) }
    return TextRecord(text: try decoder.text(output), truth: truth)
  }

  public func isPossible(_ record: TextRecord) -> Bool {
    let count = record.text.unicodeScalars.count
    return (0...TextRecord.lengthLimit).contains(record.length)
      && (abs(count - record.length)...max(count, record.length)).contains(record.distance)
  }

  public func metric(of records: [TextRecord]) -> ShareMetric {
    ShareMetric(records.map(\.isExact))
  }
}
