import Foundation

/// Text files that users write.
enum TextFile {
  /// The file's bytes without a byte order mark.
  static func bytes(of path: String) throws(DatasetError) -> Data {
    guard try FileTree.kind(of: path) == .file else {
      throw .unreadable(path: path, reason: "it is not a regular file")
    }
    do {
      let data = try Data(contentsOf: URL(filePath: path))
      return data.starts(with: [0xEF, 0xBB, 0xBF]) ? Data(data.dropFirst(3)) : data
    } catch {
      throw .systemFailure(at: path)
    }
  }

  /// The file's text.
  static func text(of path: String) throws(DatasetError) -> String {
    guard let text = String(data: try bytes(of: path), encoding: .utf8) else {
      throw .notText(path: path)
    }
    return text
  }
}
