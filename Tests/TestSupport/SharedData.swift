import Foundation

/// Real models and images that developers and CI have beside the project, and others may not.
public enum SharedData {
  /// The folder `../shared`, or nil where it is missing: tests that need it are skipped, visibly.
  public static let root: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let shared =
      ProcessInfo.processInfo.environment["CALIBRANT_SHARED"]
      ?? package.deletingLastPathComponent().appending(path: "shared").path
    return FileManager.default.fileExists(atPath: shared) ? shared : nil
  }()

  public static var isAvailable: Bool { root != nil }
}
