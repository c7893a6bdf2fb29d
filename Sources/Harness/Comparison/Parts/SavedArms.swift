import Foundation
import CalibrantQuantization

/// Arms that are made, beside their files until a plan takes them up: what was stopped goes on, and several machines can make
/// some each.
struct SavedArms {
  struct Contents: Codable {
    /// Of what all arms have in common.
    let key: String
    let arm: ComparisonPlan.PlannedArm
    let choices: RangeChoices?
  }

  private let folder: URL
  private let key: String

  /// - Parameters:
  ///   - folder: of the comparison.
  ///   - facts: what decides the arms; the machine that makes them is not among it.
  init(in folder: URL, _ facts: ComparisonFacts) {
    var provenance = facts.provenance
    provenance?.kernels = ""
    self.folder = folder
    key = ContentHash.sha256(
      PartCoding.encoded(
        Identity(
          version: ProgramVersion.current, model: facts.model.sha256, task: facts.task,
          provenance: provenance, command: facts.command)))
  }

  private struct Identity: Encodable {
    var version: String
    var model: String
    var task: TaskKind
    var provenance: Provenance?
    var command: [String]
  }

  /// What was saved of an arm, where it is of the same comparison and its file is still the same.
  subscript(name: String) -> Contents? {
    let saved = try? SealedFile.read(Contents.self, from: path(name), name: "arm")
    guard let saved, saved.key == key, let file = saved.arm.arm.file,
      let bytes = try? TextFile.bytes(of: folder.appending(path: file).path),
      ContentHash.sha256(bytes) == saved.arm.arm.sha256
    else { return nil }
    return saved
  }

  func add(_ arm: ComparisonPlan.PlannedArm, _ choices: RangeChoices?, as name: String) throws {
    try SealedFile.write(Contents(key: key, arm: arm, choices: choices), to: path(name))
  }

  /// - Parameter files: of the arms, in the comparison's folder.
  func remove(_ files: [String]) {
    for file in files {
      let name = URL(filePath: file).deletingPathExtension().lastPathComponent
      try? FileManager.default.removeItem(atPath: path(name))
    }
  }

  private func path(_ name: String) -> String {
    folder.appending(path: "models/\(name).arm.json").path
  }
}
