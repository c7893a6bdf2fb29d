import ArgumentParser
import Foundation
import CalibrantHarness

/// Where a result's reports go.
struct ReportOptions: ParsableArguments {
  @Option(
    name: .customShort("o"),
    help: ArgumentHelp(
      "Folder for the result as report.html, report.md, report.json and report.junit.xml.",
      valueName: "dir"),
    completion: .directory)
  var folder: String?

  /// What `write` may write over.
  var files: [String] { folder.map(ReportFolder.reports(in:)) ?? [] }

  /// Makes the folder before any work starts, so that a bad place is found out early.
  func opened() throws -> OutputFolder? { try folder.map { try OutputFolder($0) } }

  func write(_ report: some Reportable) throws {
    if let folder { try ReportFolder.write(report, to: OutputFolder(folder).url) }
  }
}
