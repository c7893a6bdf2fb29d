import Foundation

extension ComparisonPlan {
  public static let fileName = "plan.json"

  /// - Parameter folder: where it was made.
  /// - Throws: `HarnessError.badResult` where there is none that can be read.
  public init(in folder: String) throws {
    let path = "\(folder)/\(Self.fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw HarnessError.badResult(
        path: folder, reason: "it holds no \(Self.fileName); compare --make-only writes one")
    }
    self = try SealedFile.read(ComparisonPlan.self, from: path, name: "plan of a comparison")
    guard version == ProgramVersion.current else {
      throw HarnessError.badResult(
        path: path,
        reason: "it was made by version \(version), this is \(ProgramVersion.current)")
    }
    guard arms.first?.arm.kind == .original, arms.allSatisfy({ !$0.hardware.isEmpty }) else {
      throw HarnessError.badResult(
        path: path, reason: "it has no original, or arms without hardware")
    }
  }

  public func write(to folder: URL) throws {
    try SealedFile.write(self, to: folder.appending(path: Self.fileName).path)
  }
}
