import Foundation
import CalibrantONNXFormat

/// A result's files: one per format that has a file name.
public enum ReportFolder {
  /// The reports that `write` may write over.
  public static func reports(in folder: String) -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return StandardFormats.all.compactMap { type in type.fileName.map { "\(folder)/\($0)" } }
  }

  /// What a comparison in `folder` may write over: its reports, and the plan and the quantized files of an earlier one.
  public static func files(in folder: String) -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    let models = folder + "/models"
    let quantized = (try? FileManager.default.contentsOfDirectory(atPath: models)) ?? []
    return ["\(folder)/\(ComparisonPlan.fileName)"] + reports(in: folder)
      + quantized.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(models)/\($0)" }
  }

  public static func write(_ report: some Reportable, to folder: URL) throws {
    for type in StandardFormats.all {
      guard let name = type.fileName, let text = type.init().render(report) else { continue }
      try AtomicFile.write(Data(text.utf8), to: folder.appending(path: name).path)
    }
  }
}
