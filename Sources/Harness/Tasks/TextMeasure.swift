import CalibrantTasks

/// The text of an image: exact match and character errors against labels, and whether the original's text is read again.
public struct TextMeasure: PicturedTask {
  public struct Record: PartRecord {
    /// Against the label; without one, against what the original reads.
    var record: TextRecord
    var isSame: Bool
  }

  public let task = TaskKind.text
  let decoder: CTCDecoder
  /// nil without labels.
  var truth: (@Sendable (_ image: Int) -> String)?

  public var isLabelled: Bool { truth != nil }

  public func answer(_ outputs: [OutputArray], image: Int) throws -> String {
    guard let output = outputs.first else { throw TaskError.missingOutput(index: 0, count: 0) }
    return try decoder.text(output)
  }

  public func record(
    _ answer: String, image: Int, reference: String, distances: [OutputDistance]
  ) -> Record {
    Record(
      record: TextRecord(text: answer, truth: truth?(image) ?? reference),
      isSame: answer.unicodeScalars.elementsEqual(reference.unicodeScalars))
  }

  public func isPossible(_ record: Record, parts: Int) -> Bool {
    TextTask(decoder).isPossible(record.record)
  }

  public func measures(of records: [Record], reference: [Record]) -> TaskMeasures {
    let texts = records.map(\.record)
    let agreement = Measure(MetricKind(name: "same text"), holds: records.map(\.isSame))
    let exact = Measure(MetricKind(name: "exact match"), holds: texts.map(\.isExact))
    var measures = TaskMeasures(accuracy: isLabelled ? exact : nil, agreement: agreement)
    let errors = CharacterErrorMetric(texts).value(
      weights: [Int](repeating: 1, count: texts.count))
    measures.details.metrics = [
      .init("characterErrorRate", "character errors", errors)
    ]
    return measures
  }

  public let columns = ["text", "distance", "sameAsOriginal"]

  public func cells(_ record: Record) -> [String] {
    [record.record.text, String(record.record.distance), record.isSame ? "1" : "0"]
  }

  public func change(_ record: Record) -> Double {
    record.isSame ? 0 : 1 + Double(record.record.distance)
  }

  public func picture(_ reference: String, _ answer: String, image: Int) -> TaskPicture {
    TaskPicture(
      caption: TextChange(before: ("original", reference), after: ("quantized", answer)).html)
  }
}
