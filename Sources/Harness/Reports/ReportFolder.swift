import Foundation
import ONNXFormat

/// A comparison's files: one per format that has a file name.
public enum ReportFolder {
  public static func write(_ outcome: ComparisonRun.Outcome, to folder: URL) throws {
    for type in StandardFormats.all {
      guard let name = type.fileName else { continue }
      let format: any ReportFormat =
        type == HTMLReport.self ? HTMLReport(thumbnails: outcome.thumbnails) : type.init()
      let text = format.render(outcome.comparison, evaluations: outcome.evaluations)
      try AtomicFile.write(Data(text.utf8), to: folder.appending(path: name).path)
    }
  }
}
