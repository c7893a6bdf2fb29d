/// The images of a data set in the order of their files' hashes (ties by label and path): an order
/// that renaming files or shuffling their list does not change.
public struct ContentOrder: Equatable, Sendable {
  public let samples: [ImageSample]
  /// SHA-256 of each sample's file, in the order of `samples`.
  public let hashes: [String]

  /// Reads every file once.
  /// - Throws: `DatasetError.missing` or `.unreadable` for a file that cannot be read.
  public init(_ dataset: ImageDataset) throws(DatasetError) {
    var entries: [(hash: String, sample: ImageSample)] = []
    for sample in dataset.samples {
      entries.append((try ContentHash.sha256(ofFile: sample.absolutePath), sample))
    }
    entries.sort {
      $0.hash != $1.hash ? $0.hash < $1.hash : ImageSample.precedes($0.sample, $1.sample)
    }
    samples = entries.map(\.sample)
    hashes = entries.map(\.hash)
  }

  /// How many samples of `a` have a file whose content occurs in `b`.
  public static func overlap(between a: ContentOrder, and b: ContentOrder) -> Int {
    let contents = Set(b.hashes)
    return a.hashes.count { contents.contains($0) }
  }
}
