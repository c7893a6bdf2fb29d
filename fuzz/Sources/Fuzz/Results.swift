import Foundation
import Harness

/// What `evaluate` and `compare` save.
enum Results {
  /// Read, compared with itself and joined.
  static func joined(_ data: Data) throws { _ = try parts(data) }

  /// And reported on in every format.
  static func rendered(_ data: Data) throws {
    let (difference, parts) = try parts(data)
    _ = (difference.text, difference.json)
    _ = (parts.text, try parts.json())
    guard case .comparison(let merged) = parts else { return }
    for type in StandardFormats.all {
      _ = type.init().render(merged.comparison, evaluations: merged.evaluations)
    }
  }

  private static func parts(_ data: Data) throws -> (ResultDifference, MergedParts) {
    let path = ScratchFile.holding(DamagedJSON.file(data), suffix: ".json")
    let saved = try SavedResult(contentsOf: path)
    return (
      try ResultDifference(old: saved, new: saved, maxDrop: 0.01), try MergedParts([path])
    )
  }
}
