/// Some images of a data set.
public struct PartImages: Codable, Hashable, Sendable {
  /// Their positions in the data set, unreadable images not counted.
  public var indices: [Int]
  public var paths: [String]
  /// SHA-256 of each file.
  public var hashes: [String]
  /// The index of each class, or `ImageSample.unlabelled`.
  public var labels: [Int]

  static let none = PartImages(indices: [], paths: [], hashes: [], labels: [])

  init(indices: [Int], paths: [String], hashes: [String], labels: [Int]) {
    (self.indices, self.paths, self.hashes, self.labels) = (indices, paths, hashes, labels)
  }

  /// - Parameter indices: the position of each in the data set.
  init(_ store: any MeasuredSamples, at indices: some Collection<Int>) {
    precondition(indices.count == store.count, "a position of each image")
    self.init(
      indices: Array(indices), paths: store.samples.map(\.path), hashes: store.hashes,
      labels: store.samples.map(\.label))
  }

  public var count: Int { indices.count }

  mutating func append(_ other: PartImages) {
    indices += other.indices
    paths += other.paths
    hashes += other.hashes
    labels += other.labels
  }

  var digest: DigestSum { DigestSum(labelled: hashes, labels) }
}
