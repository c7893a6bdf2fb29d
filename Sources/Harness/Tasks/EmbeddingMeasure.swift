import CalibrantTasks

/// Where images are looked for.
public enum EmbeddingGallery: String, Sendable, Hashable, CaseIterable {
  /// Among the embeddings of the same network, as where it is used for the gallery and for those who ask.
  case own
  /// Among the float network's, as where a gallery is kept and only the device that asks is quantized.
  case float
}

/// Embeddings: recall at 1 by identity, or verification of pairs, and whether the original's nearest neighbour is found
/// again.
public struct EmbeddingMeasure: MeasuredTask {
  enum Truth: Sendable {
    /// By image.
    case identities([Int])
    /// Places of two images each, and whether they are of the same identity.
    case pairs([VerificationPair])
  }

  public let task = TaskKind.embedding
  /// Values of an embedding.
  let length: Int
  let gallery: EmbeddingGallery
  /// nil without labels.
  var truth: Truth?

  public var isLabelled: Bool { truth != nil }

  public var notes: [String] {
    switch gallery {
    case .own: ["every network looks among its own embeddings (--gallery own)"]
    case .float: ["every network looks among the original's embeddings (--gallery float)"]
    }
  }

  public func units(images: Int) -> (name: String, count: Int) {
    if case .pairs(let pairs) = truth {
      ("pairs of images", pairs.count)
    } else {
      ("images", images)
    }
  }

  public func answer(_ outputs: [OutputArray], image: Int) throws -> EmbeddingRecord {
    var identity = image
    if case .identities(let identities) = truth { identity = identities[image] }
    return try EmbeddingTask(length: length).record(outputs, truth: identity)
  }

  public func record(
    _ answer: EmbeddingRecord, image: Int, reference: EmbeddingRecord, distances: [OutputDistance]
  ) -> EmbeddingRecord { answer }

  public func isPossible(_ record: EmbeddingRecord, parts: Int) -> Bool {
    EmbeddingTask(length: length).isPossible(record)
  }

  public func measures(
    of records: [EmbeddingRecord], reference: [EmbeddingRecord]
  ) -> TaskMeasures {
    let gallery = gallery == .own ? records : reference
    let reader = EmbeddingTask(length: length, gallery: .fixed(gallery))
    let original = EmbeddingTask(length: length).nearest(reference)
    let agreement = Measure(
      MetricKind(name: "same nearest"),
      holds: zip(reader.nearest(records), original).map { own, original in
        original.map { $0 == own }
      })
    switch truth {
    case nil: return TaskMeasures(accuracy: nil, agreement: agreement)
    case .pairs(let pairs):
      let cosines = VerificationMetric.cosines(records, gallery: gallery, pairs: pairs)
      let scored = zip(pairs, cosines).map { ScoredPair(pair: $0, cosine: $1) }
      return TaskMeasures(
        accuracy: Measure(MetricKind(name: "verification accuracy"), .pairs(scored)),
        agreement: agreement)
    case .identities(let identities):
      let recall = Measure(
        MetricKind(name: "recall@1"), holds: reader.metric(of: records).holds)
      var measures = TaskMeasures(accuracy: recall, agreement: agreement)
      let pairs = VerificationPair.neighbours(identities)
      if !pairs.isEmpty {
        let all = [Int](repeating: 1, count: pairs.count)
        let accuracy = VerificationMetric(records, gallery: gallery, pairs: pairs)
        measures.details.metrics = [
          .init("verificationAccuracy", "verification", accuracy.value(weights: all))
        ]
      }
      return measures
    }
  }

  public let columns: [String] = []

  public func cells(_ record: EmbeddingRecord) -> [String] { [] }

  /// Where another neighbour is nearest, first the images to which that one is, by the original, farthest from the old.
  public func changes(
    in records: [EmbeddingRecord], from reference: [EmbeddingRecord], limit: Int,
    answers: (_ images: [Int]) throws -> [(original: EmbeddingRecord, arm: EmbeddingRecord)]
  ) -> [ChangedImage] {
    let gallery = gallery == .own ? records : reference
    let before = EmbeddingTask(length: length).nearest(reference)
    let after = EmbeddingTask(length: length, gallery: .fixed(gallery)).nearest(records)
    var changed: [(distance: Double, change: ChangedImage)] = []
    for image in records.indices {
      guard let old = before[image], after[image] != old else { continue }
      let pair = NeighborPair(
        before: .init(image: old, similarity: reference[image].cosine(to: reference[old])),
        after: after[image].map {
          .init(image: $0, similarity: records[image].cosine(to: gallery[$0]))
        })
      let kept = after[image].map { reference[image].cosine(to: reference[$0]) } ?? -1
      var picture = TaskPicture(caption: "")
      picture.neighbors = pair
      changed.append(
        ((pair.before?.similarity ?? 0) - kept, ChangedImage(image: image, picture: picture)))
    }
    return changed.sorted { ($1.distance, $0.change.image) < ($0.distance, $1.change.image) }
      .prefix(limit).map(\.change)
  }
}

extension VerificationPair {
  /// Each image with the next of the same identity, and with the next of another.
  fileprivate static func neighbours(_ identities: [Int]) -> [VerificationPair] {
    identities.indices.flatMap { first in
      let rest = identities.indices[(first + 1)...]
      return [true, false].compactMap { isSame in
        rest.first { (identities[$0] == identities[first]) == isSame }
          .map { VerificationPair(first: first, second: $0, isSame: isSame) }
      }
    }
  }
}

extension EmbeddingRecord: PartRecord {}
