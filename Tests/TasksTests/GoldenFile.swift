import Foundation

/// Right values and the scripts that made them.
enum GoldenFile {
  static func url(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/" + name)
  }

  static func values<Values: Decodable>(_ name: String) throws -> Values {
    try JSONDecoder().decode(Values.self, from: Data(contentsOf: url(name)))
  }
}
