/// Whether the image most alike shows the same: recall at 1 of a network's embeddings.
public struct EmbeddingTask: VisionTask {
  /// Values of an embedding.
  public let length: Int
  public let gallery: Gallery

  /// Where images are looked for.
  public enum Gallery: Sendable {
    /// Among the embeddings of the same network, as where it is used for both.
    case own
    /// Among others of the same images in the same order: those of the float network, as where a gallery is kept and only
    /// the device that asks is quantized.
    case fixed([EmbeddingRecord])
  }

  public init(length: Int, gallery: Gallery = .own) {
    self.length = length
    self.gallery = gallery
  }

  public var kind: MetricKind { MetricKind(name: "recall@1") }

  /// All values of the first output, in order.
  public func record(_ outputs: [OutputArray], truth: Int) throws(TaskError) -> EmbeddingRecord {
    guard let output = outputs.first else { throw .missingOutput(index: 0, count: 0) }
    guard output.values.count == length else {
      throw .wrongShape(shape: output.shape, expected: "an embedding of \(length) values")
    }
    return EmbeddingRecord(vector: output.values, identity: truth)
  }

  public func isPossible(_ record: EmbeddingRecord) -> Bool { record.vector.count == length }

  /// The share of images whose nearest neighbour, itself left out, is of the same identity. Images of which there is no other
  /// do not count. Weights are of the images that ask: the gallery stays whole, so that no image finds its own double.
  public func metric(of records: [EmbeddingRecord]) -> ShareMetric {
    let nearest = nearest(records)
    let found = galleryRecords(records).map(\.identity)
    var counts: [Int: Int] = [:]
    for identity in found { counts[identity, default: 0] += 1 }
    return ShareMetric(
      zip(records, nearest).map { record, place in
        guard counts[record.identity, default: 0] > 1 else { return nil }
        return place.map { found[$0] == record.identity } ?? false
      })
  }

  /// The place of each image's nearest neighbour, itself left out; nil where an embedding has no direction. Two networks
  /// agree where they find the same.
  public func nearest(_ records: [EmbeddingRecord]) -> [Int?] {
    let gallery = galleryRecords(records)
    precondition(gallery.count == records.count, "a gallery of the same images")
    return NearestNeighbors.find(
      UnitVectors(records.map(\.vector)), in: UnitVectors(gallery.map(\.vector)),
      excludesSelf: true)
  }

  private func galleryRecords(_ records: [EmbeddingRecord]) -> [EmbeddingRecord] {
    switch gallery {
    case .own: records
    case .fixed(let fixed): fixed
    }
  }
}
