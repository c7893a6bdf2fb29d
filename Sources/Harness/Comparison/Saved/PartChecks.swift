/// Which part holds which image.
struct DisjointImages {
  private var owners: [String: String] = [:]

  /// - Throws: `HarnessError.badResult` where an image is known from another part.
  mutating func add(_ images: [SavedResult.Image], of path: String) throws(HarnessError) {
    for image in images {
      if let owner = owners.updateValue(path, forKey: image.contentHash + image.path) {
        throw .badResult(
          path: path, reason: "\(image.path) is in \(owner) too and would count twice")
      }
    }
  }
}

extension Provenance {
  /// Refuses parts that are of different things, and those of which it is not known what they are of.
  static func requireSame(
    _ own: Provenance?, as first: Provenance?, _ path: String, _ firstPath: String,
    besides differences: [String] = []
  ) throws(HarnessError) {
    guard let own, let first else {
      throw .badResult(
        path: own == nil ? path : firstPath,
        reason:
          "it was saved by an earlier version and does not say which model, preprocessing and data it is of"
      )
    }
    let differences = own.differences(from: first) + differences
    guard differences.isEmpty else {
      throw .badResult(
        path: path,
        reason:
          "it cannot be joined with \(firstPath) (different: \(differences.joined(separator: ", ")))"
      )
    }
  }
}

extension [Provenance] {
  func joined() -> Provenance? {
    first.map { first in dropFirst().reduce(first) { $0.joined(with: $1) } }
  }
}

extension Sequence where Element: Hashable {
  /// Each element once, in the order of its first.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
