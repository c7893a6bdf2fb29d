import Foundation
import CalibrantHarness

/// A folder for results, made before any work starts so that a bad place is found out early.
struct OutputFolder {
  let url: URL
  /// The folders that had to be made, outermost first.
  private let made: [String]

  /// Makes the folder, with those above it.
  init(_ path: String) throws(HarnessError) {
    url = URL(filePath: path)
    var made: [String] = []
    for folder in Self.missing(url) {
      guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
        let reason = String(cString: strerror(errno))
        Self.removeEmpty(made)
        throw .cannotCreateFolder(path: path, reason: reason)
      }
      made.append(folder)
    }
    self.made = made
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { throw .outputExists(path: path) }
    guard access(path, W_OK) == 0 else {
      throw .cannotCreateFolder(path: path, reason: String(cString: strerror(errno)))
    }
  }

  /// Takes back what was made and then not filled.
  func removeIfEmpty() { Self.removeEmpty(made) }

  private static func missing(_ url: URL) -> [String] {
    var missing: [String] = []
    var folder = url.standardizedFileURL
    while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
      missing.insert(folder.path, at: 0)
      folder.deleteLastPathComponent()
    }
    return missing
  }

  private static func removeEmpty(_ folders: [String]) {
    for folder in folders.reversed() { rmdir(folder) }
  }
}
