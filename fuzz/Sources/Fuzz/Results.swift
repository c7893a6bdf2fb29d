import Foundation
import CalibrantHarness

/// What `evaluate` and `compare` save.
enum Results {
  /// Read, compared with itself and, of `evaluate`, joined.
  static func joined(_ data: Data) throws {
    let path = ScratchFile.holding(DamagedJSON.file(data), suffix: ".json")
    _ = try difference(path)
    _ = try MergedParts([path])
  }

  /// And written for people and for scripts.
  static func rendered(_ data: Data) throws {
    let path = ScratchFile.holding(DamagedJSON.file(data), suffix: ".json")
    let difference = try difference(path)
    for format in StandardFormats.all { _ = format.init().render(difference) }
    let parts = try MergedParts([path])
    _ = (parts.text, try parts.json())
  }

  private static func difference(_ path: String) throws -> ResultDifference {
    let saved = try SavedResult(contentsOf: path)
    return try ResultDifference(old: saved, new: saved, maxDrop: 0.01)
  }
}
