import Foundation
import TestSupport
import Testing

/// Results in other formats than text for people.
@Suite struct FormatOptionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private var evaluate: [String] {
    ["evaluate", DemoFiles.model, "--images", DemoFiles.test, "--quiet"] + DemoFiles.asTheyAre
  }

  @Test func modelCardsStateWhatWasMeasured() throws {
    let run = try RunCalibrant.run(evaluate + ["--format", "model-card"])
    #expect(run.exitCode == 0)
    #expect(run.output.hasPrefix("---\nlibrary_name: onnx\npipeline_tag: image-classification\n"))
    #expect(run.output.contains("    - type: \"accuracy\"\n      name: \"top-1\"\n"))
    #expect(run.output.contains("\n---\n\n## "))
  }

  /// Steps of a job share its summary.
  @Test func jobsAreToldInTheirSummaryToo() throws {
    try Data("before\n".utf8).write(to: URL(filePath: folder.file("summary.md")))
    let arguments = (evaluate + ["--format", "github"]).map { "'\($0)'" }.joined(separator: " ")
    let run = try RunCalibrant.shell(
      "export GITHUB_STEP_SUMMARY=summary.md; calibrant \(arguments)", in: folder.path)
    #expect(run.exitCode == 0)
    #expect(run.output.hasPrefix("::notice title=calibrant evaluate demo.onnx::top-1 "))
    #expect(run.output.split(separator: "\n").count == 1)
    let summary = String(decoding: try folder.bytes("summary.md"), as: UTF8.self)
    #expect(summary.hasPrefix("before\n## ") && summary.contains("| top-1 |"))
  }

  @Test func summariesThatCannotBeWrittenAreAnError() throws {
    let arguments = (evaluate + ["--format", "github"]).map { "'\($0)'" }.joined(separator: " ")
    let run = try RunCalibrant.shell(
      "export GITHUB_STEP_SUMMARY=none/summary.md; calibrant \(arguments)", in: folder.path)
    #expect(run.exitCode == 73 && run.errors.contains("none/summary.md"))
  }

  @Test(arguments: [
    (["evaluate", "m.onnx", "--images", "a", "--format", "pdf"], "pdf"),
    (["evaluate", "m.onnx", "--images", "a", "--format", "html", "--json", "-"], "--json -"),
    (["diff", "a.json", "b.json", "--format", "model-card"], "model-card"),
    (["inspect", "m.onnx", "q.onnx", "--data", "a", "--format", "csv"], "csv"),
  ])
  func formatsThatDoNotFitAreRefused(_ arguments: [String], _ reason: String) throws {
    try expectRefusal(arguments, code: 64, naming: "--format", reason, leaving: folder)
  }
}
