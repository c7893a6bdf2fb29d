import Foundation

/// Right values and the scripts that made them.
enum GoldenFile {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/" + name)
  }
}
