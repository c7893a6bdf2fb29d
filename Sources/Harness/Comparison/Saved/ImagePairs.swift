/// Which image of one result is which of another: those of equal content. Copies of one image are
/// paired in the order they come.
struct ImagePairs {
  /// Positions in the old and the new result, in the order of the new one.
  let indices: [(old: Int, new: Int)]
  /// Paths of images that only one of the results holds.
  let onlyOld: [String]
  let onlyNew: [String]

  init(_ old: SavedResult, _ new: SavedResult) throws(HarnessError) {
    var waiting: [String: [Int]] = [:]
    for (index, image) in old.images.enumerated().reversed() {
      waiting[image.contentHash, default: []].append(index)
    }
    var indices: [(old: Int, new: Int)] = []
    var onlyNew: [String] = []
    for (index, image) in new.images.enumerated() {
      guard let partner = waiting[image.contentHash]?.popLast() else {
        onlyNew.append(image.path)
        continue
      }
      try Self.requireEqualLabels(old.images[partner], image, old.name, new.name)
      indices.append((partner, index))
    }
    guard !indices.isEmpty else {
      throw .badResult(
        path: new.name, reason: "it has no image in common with \(old.name), so nothing is paired")
    }
    self.indices = indices
    self.onlyNew = onlyNew
    onlyOld = waiting.values.joined().sorted().map { old.images[$0].path }
  }

  private static func requireEqualLabels(
    _ old: SavedResult.Image, _ new: SavedResult.Image, _ oldName: String, _ newName: String
  ) throws(HarnessError) {
    guard old.label == new.label else {
      throw .badResult(
        path: newName,
        reason: "\(new.path) has label \(new.label), in \(oldName) the same image has \(old.label)")
    }
  }
}
