import Foundation
import ONNXFormat

/// A comparison's files: one per format that has a file name.
public enum ReportFolder {
  /// What a comparison in `folder` may write over: its reports, and the plan and the quantized files of an earlier one.
  public static func files(in folder: String) -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    let models = folder + "/models"
    let quantized = (try? FileManager.default.contentsOfDirectory(atPath: models)) ?? []
    return ["\(folder)/\(ComparisonPlan.fileName)"]
      + StandardFormats.all.compactMap { type in type.fileName.map { "\(folder)/\($0)" } }
      + quantized.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(models)/\($0)" }
  }

  public static func write(_ outcome: ComparisonRun.Outcome, to folder: URL) throws {
    for type in StandardFormats.all {
      guard let name = type.fileName else { continue }
      let format: any ReportFormat =
        type == HTMLReport.self ? HTMLReport(thumbnails: outcome.thumbnails) : type.init()
      let text = format.render(outcome.comparison, outcome.listing)
      try AtomicFile.write(Data(text.utf8), to: folder.appending(path: name).path)
    }
  }
}
