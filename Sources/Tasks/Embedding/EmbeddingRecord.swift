/// What a network makes of one image, and what the image shows.
public struct EmbeddingRecord: Sendable, Codable, Hashable {
  public let vector: [Float]
  /// Images of the same identity belong together.
  public let identity: Int

  public init(vector: [Float], identity: Int) {
    self.vector = vector
    self.identity = identity
  }

  /// The cosine of the angle between the vectors, -1...1; 0 where one has no direction.
  public func cosine(to other: EmbeddingRecord) -> Double {
    UnitVectors([vector]).cosine(0, UnitVectors([other.vector]), 0)
  }
}
