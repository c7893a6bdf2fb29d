import ArgumentParser
import Foundation
import CalibrantHarness

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Joins what shards saved: parts of a comparison, results of evaluate, or statistics.",
    discussion: """
      Example: calibrant merge run/ -o report/
               calibrant merge part1.json part2.json --json all.json

      A folder holds the parts of compare --make-only and --shard, whose report, verdict and exit code are then those of compare \
      on one machine; or of evaluate --shard, or calibrate --observe-only --shard, for --json. Files are all of evaluate --json, \
      or all of --statistics, of disjoint images or samples.
      """)

  @Argument(
    help: "A folder of parts, or files of one model on disjoint images or samples.",
    completion: .file())
  var parts: [String]

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Folder for the report.", valueName: "dir"), completion: .directory)
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "Largest acceptable drop, in points, instead of the plan's.", valueName: "points"))
  var maxDrop: Double?

  @Option(
    help: ArgumentHelp(
      "Least acceptable agreement, in percent, instead of the plan's.", valueName: "percent"))
  var minAgreement: Double?

  @Option(
    help: ArgumentHelp(
      "The images, where they are elsewhere than the plan says.", valueName: "dir|csv"),
    completion: .file())
  var images: String?

  @Flag(help: "Leave out whatever a clock said.") var noTiming = false

  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions
  @OptionGroup(title: "Run") var format: FormatOption

  func validate() throws { try format.validate(result) }

  func run() throws {
    var isFolder: ObjCBool = false
    guard parts.count == 1,
      FileManager.default.fileExists(atPath: parts[0], isDirectory: &isFolder), isFolder.boolValue
    else { return try emit(MergedParts(parts)) }
    if let plan = try EvaluationPlan(in: parts[0]) { return try join(plan, parts[0]) }
    if let statistics = try MergedParts(statisticsIn: parts[0]) { return try emit(statistics) }
    try join(parts[0])
  }

  /// Results or statistics, which have no report.
  private func emit(_ merged: @autoclosure () throws -> MergedParts) throws {
    guard folder == nil, maxDrop == nil, minAgreement == nil, images == nil,
      format.format == TerminalReport.name
    else {
      throw ValidationError(
        "-o, --max-drop, --min-agreement, --images and --format are for a folder of a comparison's parts"
      )
    }
    try result.requireWritable(apartFrom: parts)
    let merged = try merged()
    try result.emit(text: merged.text, json: merged.json())
  }

  /// As evaluate would, with the options of the plan and those of this command.
  private func join(_ plan: EvaluationPlan, _ path: String) throws {
    guard maxDrop == nil, minAgreement == nil else {
      throw ValidationError(
        "--max-drop and --min-agreement are for comparisons, and \(path) holds an evaluation")
    }
    try result.requireWritable(folder.map(ReportFolder.reports(in:)) ?? [], apartFrom: [])
    let arguments =
      ["evaluate"] + plan.arguments + overruling + (folder.map { ["-o", $0] } ?? [])
    // What the result says of options is what the shards were asked for.
    Invocation.arguments = arguments
    guard var evaluate = try Calibrant.parseAsRoot(arguments) as? Evaluate else {
      preconditionFailure("the arguments are those of evaluate")
    }
    (evaluate.result, evaluate.format) = (result, format)
    try evaluate.join(path)
  }

  /// As compare would, with the options of the plan and those of this command.
  private func join(_ path: String) throws {
    let outputs = folder.map(ReportFolder.files(in:)) ?? []
    try result.requireWritable(outputs, apartFrom: [])
    let arguments = ["compare", "--from", path, "--shard", "1/1"] + overruling
    guard
      var compare = try Calibrant.parseAsRoot(PlannedArguments.expanded(arguments)) as? Compare
    else { preconditionFailure("the arguments are those of compare") }
    (compare.result, compare.format) = (result, format)
    let comparison = try compare.join(path, to: folder)
    if comparison.exitCode != 0 { throw ExitCode(comparison.exitCode) }
  }

  private var overruling: [String] {
    func option(_ name: String, _ value: String?) -> [String] { value.map { [name, $0] } ?? [] }
    return option("--max-drop", maxDrop.map { "\($0)" })
      + option("--min-agreement", minAgreement.map { "\($0)" }) + option("--images", images)
      + option("--jobs", run_.jobs.map { "\($0)" }) + (run_.quiet ? ["--quiet"] : [])
      + (noTiming ? ["--no-timing"] : [])
  }
}
