import Tasks

/// Embeddings: recall at 1 and verification by identity, and whether the original's nearest neighbour is found again.
///
/// Every arm looks among its own embeddings, as where one network is used for the gallery and for those who ask.
public struct EmbeddingMeasure: MeasuredTask {
  public let task = TaskKind.embedding
  let reader: EmbeddingTask
  /// By image; nil without labels.
  var identities: [Int]?

  public var isLabelled: Bool { identities != nil }

  public func answer(_ outputs: [OutputArray], image: Int) throws -> EmbeddingRecord {
    try reader.record(outputs, truth: identities?[image] ?? image)
  }

  public func record(
    _ answer: EmbeddingRecord, image: Int, reference: EmbeddingRecord, distances: [OutputDistance]
  ) -> EmbeddingRecord { answer }

  public func measures(
    of records: [EmbeddingRecord], reference: [EmbeddingRecord]
  ) -> TaskMeasures {
    let own = reader.nearest(records)
    let original = reader.nearest(reference)
    let agreement = Measure(
      MetricKind(name: "same nearest"),
      holds: zip(own, original).map { own, original in original.map { $0 == own } })
    guard isLabelled else { return TaskMeasures(accuracy: nil, agreement: agreement) }
    let recall = Measure(
      MetricKind(name: "recall@1"), holds: reader.metric(of: records).holds)
    var measures = TaskMeasures(accuracy: recall, agreement: agreement)
    let pairs = Self.pairs(of: records.map(\.identity))
    if !pairs.isEmpty {
      let best = VerificationMetric(records, pairs: pairs).best(
        weights: [Int](repeating: 1, count: pairs.count))
      measures.details.metrics = [
        .init("verificationAccuracy", "verification", best?.accuracy)
      ]
    }
    return measures
  }

  /// Each image with the next of the same identity, and with the next of another.
  private static func pairs(of identities: [Int]) -> [(first: Int, second: Int)] {
    identities.indices.flatMap { first in
      let rest = identities.indices[(first + 1)...]
      return [
        rest.first { identities[$0] == identities[first] },
        rest.first { identities[$0] != identities[first] },
      ].compactMap { second in second.map { (first, $0) } }
    }
  }

  public let columns: [String] = []

  public func cells(_ record: EmbeddingRecord) -> [String] { [] }

  public func change(_ record: EmbeddingRecord) -> Double { 0 }

  public func picture(
    _ reference: EmbeddingRecord, _ answer: EmbeddingRecord, image: Int
  ) -> TaskPicture { TaskPicture(caption: "") }
}
