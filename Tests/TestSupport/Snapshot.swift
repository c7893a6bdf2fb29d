import Foundation

/// Text that a test expects, kept in a file beside the test: `Snapshots/<name>`.
///
/// With `RECORD_SNAPSHOTS=1` the file is written anew, and the comparison then fails all the same:
/// a recording run must not be mistaken for a passing one.
public struct Snapshot {
  private let file: URL

  public init(_ name: String, besideTest testFile: String = #filePath) {
    file = URL(filePath: testFile).deletingLastPathComponent().appending(path: "Snapshots")
      .appending(path: name)
  }

  /// What is wrong with `text`; nil when it equals the file.
  public func difference(from text: String) throws -> String? {
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      return "recorded \(file.lastPathComponent); run again without RECORD_SNAPSHOTS"
    }
    guard let data = FileManager.default.contents(atPath: file.path) else {
      return "no snapshot \(file.lastPathComponent); record it with RECORD_SNAPSHOTS=1"
    }
    let expected = String(decoding: data, as: UTF8.self)
    return expected == text ? nil : Self.firstDifference(expected, text)
  }

  private static func firstDifference(_ expected: String, _ actual: String) -> String {
    let old = expected.split(separator: "\n", omittingEmptySubsequences: false)
    let new = actual.split(separator: "\n", omittingEmptySubsequences: false)
    let line = zip(old, new).prefix { $0 == $1 }.count
    let expectedLine = old.indices.contains(line) ? old[line] : "(end)"
    let actualLine = new.indices.contains(line) ? new[line] : "(end)"
    return "line \(line + 1): expected \"\(expectedLine)\", got \"\(actualLine)\""
  }
}
