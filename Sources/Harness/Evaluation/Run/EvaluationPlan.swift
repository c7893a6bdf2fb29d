import CalibrantEngine
import Foundation
import CalibrantImaging

/// What the shards of an evaluation have in common. Every shard can tell it, and writes it.
public struct EvaluationPlan: Codable, Hashable, Sendable {
  /// The program's version.
  let version: String
  let modelSHA256: String
  let task: TaskKind
  let preprocessing: String
  /// Of the names and labels of all images, not of their contents, which no shard reads all of.
  let images: String
  let imageCount: Int
  /// Of the files of labels and symbols.
  let labels: [String]
  /// How outputs are read, as far as it was said.
  let reading: String
  let hardware: [[Hardware]]
  let arithmetic: Arithmetic
  /// What was typed, which joining follows.
  public private(set) var arguments: [String]

  init(
    _ run: EvaluationRun, _ model: LoadedModel, _ data: TaskData, _ preprocessing: Preprocessing,
    _ arguments: [String]
  ) {
    version = ProgramVersion.current
    modelSHA256 = model.sha256
    task = data.task
    self.preprocessing = preprocessing.description
    images = ContentHash.sha256(
      data.dataset.samples.map { "\($0.path) \($0.label)" }.joined(separator: "\n").utf8)
    imageCount = data.dataset.count
    labels = run.data.settings.labelFiles.map {
      (try? TextFile.bytes(of: $0)).map { ContentHash.sha256($0) } ?? "a folder"
    }
    reading = run.data.settings.reading
    hardware = run.arms
    arithmetic = model.arithmetic
    self.arguments = arguments
  }

  /// - Returns: nil where the folder's plan is another one's, or none.
  /// - Throws: `HarnessError.badResult` where it is of another version.
  public init?(in folder: String) throws {
    let path = "\(folder)/\(ComparisonPlan.fileName)"
    guard FileManager.default.fileExists(atPath: path),
      let plan = try? SealedFile.read(EvaluationPlan.self, from: path, name: "plan")
    else { return nil }
    guard plan.version == ProgramVersion.current else {
      throw HarnessError.badResult(
        path: path,
        reason: "it was made by version \(plan.version), this is \(ProgramVersion.current)")
    }
    self = plan
  }

  /// - Throws: `HarnessError.badResult` where the folder is another evaluation's already.
  func write(to folder: String) throws {
    let path = "\(folder)/\(ComparisonPlan.fileName)"
    if FileManager.default.fileExists(atPath: path) {
      guard let known = try EvaluationPlan(in: folder), known.parts == parts else {
        throw HarnessError.badResult(
          path: path, reason: "it is the plan of something else: take another folder")
      }
    }
    try SealedFile.write(self, to: path)
  }
}

extension EvaluationPlan {
  var parts: PartPlan {
    var identity = self
    identity.arguments = []
    return PartPlan(
      key: ContentHash.sha256(PartCoding.encoded(identity)), hardware: hardware,
      imageCount: imageCount, dataDigest: nil)
  }
}

extension TaskSettings {
  /// What is read besides images, folders among it.
  fileprivate var labelFiles: [String] {
    [annotations, masks, pairs, dictionary].compactMap(\.self)
  }

  fileprivate var reading: String {
    let numbers = [confidence, overlap, ignored.map(Double.init)].map { $0.map { "\($0)" } ?? "-" }
    return ([boxes ?? "-", gallery.rawValue] + numbers).joined(separator: " ")
  }
}
