import ArgumentParser
import CalibrantHarness

struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares two saved results, paired by image: is the new one worse?",
    discussion: """
      Example: calibrant diff main/report.json branch/report.json

      Reads what compare saved, or evaluate --json, of any task. The exit code is 1 where the new result is worse
      beyond chance, else 0; with --max-drop it is 0 for PASS, 1 for FAIL, 2 for INCONCLUSIVE.
      """)

  @Argument(help: "The older result.", completion: .file()) var old: String
  @Argument(help: "The newer result.", completion: .file()) var new: String

  @Option(
    help: ArgumentHelp("Largest acceptable drop of the metric, in points.", valueName: "points"))
  var maxDrop: Double?

  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var reports: ReportOptions
  @OptionGroup(title: "Run") var result: ResultOptions
  @OptionGroup(title: "Run") var format: FormatOption

  func validate() throws {
    try format.validate(result, without: [CSVRecords.self, ModelCard.self])
    if let maxDrop, !maxDrop.isFinite || maxDrop < 0 {
      throw ValidationError("--max-drop must be a number of points, 0 or more")
    }
  }

  func run() throws {
    try result.requireWritable(reports.files, apartFrom: [old, new])
    let difference = try ResultDifference(
      old: SavedResult(contentsOf: old), new: SavedResult(contentsOf: new),
      maxDrop: maxDrop.map { $0 / 100 }, jobs: run_.workers)
    try reports.write(difference)
    try result.emit(difference, as: format)
    if difference.exitCode != 0 { throw ExitCode(difference.exitCode) }
  }
}
