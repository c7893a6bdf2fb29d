import Foundation

extension ImageDataset {
  /// A class-balanced sample of at most `limit` images, by label and path.
  ///
  /// The classes take turns, so their counts differ by at most one until a class has no more
  /// images. Within a class the seeded hash of the path decides, and which classes come first in
  /// the last turn is decided by a seeded hash too. So the sample depends on the set of images and
  /// the seed, not on the order of the list, and a smaller limit gives a part of what a larger one
  /// gives.
  public func limited(to limit: Int, seed: UInt64) -> ImageDataset {
    precondition(limit > 0, "a sample needs at least one image")
    let classes = Dictionary(grouping: samples, by: \.label)
    let order = ranked(classes.keys.sorted(), seed: seed) { "class \($0)" }
    let queues = order.map { label in
      ranked(classes[label, default: []], seed: seed) { "path \($0.path)" }
    }
    var chosen: [ImageSample] = []
    for turn in 0..<(queues.map(\.count).max() ?? 0) {
      for queue in queues where turn < queue.count && chosen.count < limit {
        chosen.append(queue[turn])
      }
    }
    chosen.sort(by: ImageSample.precedes)
    return with(chosen)
  }
}

/// The items in the order of the hashes of their keys.
private func ranked<Item>(_ items: [Item], seed: UInt64, by key: (Item) -> String) -> [Item] {
  items.map { (rank: ContentHash.sha256("\(seed) \(key($0))".utf8), item: $0) }
    .sorted { $0.rank < $1.rank }
    .map(\.item)
}

extension ImageSample {
  /// By label, then path.
  static func precedes(_ a: ImageSample, _ b: ImageSample) -> Bool {
    a.label != b.label ? a.label < b.label : FileTree.precedes(a.path, b.path)
  }
}
