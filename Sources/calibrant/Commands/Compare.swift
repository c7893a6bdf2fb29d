import ArgumentParser
import Foundation
import Harness
import Imaging
import Quantization

extension SpeedChoice: ExpressibleByArgument {}

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "The main job: original against weight-based against activation-based, on your images.",
    discussion: """
      Example: calibrant compare model.onnx --images test/ --calibration calibration/ \\
                 --schemes w8,w8a8 --methods minmax,auto --max-drop 1 -o report/

      Files of other tools are measured beside them, or alone where there is no --calibration:
               calibrant compare model.onnx --images test/ --also nncf=nncf.onnx

      Without labels, arms are measured by how far they answer as the original does; --task says what answers are:
               calibrant compare yolov8n.onnx --images photos/ --calibration others/ \\
                 --task detection --letterbox 640 --min-agreement 95

      On several machines: --make-only makes the arms' files, --from and --shard score a part of the images by them, merge joins
      the parts to the report that one machine would have written:
               calibrant compare model.onnx --images test/ --calibration calibration/ --make-only -o run/
               calibrant compare --from run/ --shard 3/8
               calibrant merge run/ -o report/

      With --max-drop or --min-agreement the exit code is 0 for PASS, 1 for FAIL, 2 for INCONCLUSIVE.
      """)

  @Argument(help: "An ONNX file.", completion: .file()) var model: String
  @OptionGroup var images: ImageOptions

  @Option(
    help: ArgumentHelp(
      "Folder of images, or arrays as --data has them; never the test images.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var calibration: [String] = []

  @Option(
    help: ArgumentHelp(
      "Measure this file, made of the model by any tool, beside the others; may be repeated.",
      valueName: "name=file.onnx"), completion: .file())
  var also: [NamedFile] = []

  @Option(help: "Comma-separated: w8, w4, w8a8, w4a8.") var schemes = "w8,w4,w8a8"

  @Option(
    help: "Comma-separated: \(StandardMethods.names.joined(separator: ", ")).",
    completion: .list(StandardMethods.names))
  var methods = "auto"

  @Option(
    help: ArgumentHelp(
      "Largest acceptable drop of top-1, or of the task's metric, in points.", valueName: "points"))
  var maxDrop: Double?

  @Option(
    help: ArgumentHelp(
      "Least acceptable agreement with the original's answers, in percent.", valueName: "percent"))
  var minAgreement: Double?

  @Flag(help: "Add an arm per step of the activation-based recipe, without that step.")
  var ablation = false

  @Flag(
    help: """
      Read images in shuffled order and stop once the verdict on --max-drop is settled, by statistics that stay valid \
      however often one looks.
      """)
  var sequential = false

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Folder for the report and the quantized files.", valueName: "dir"),
    completion: .directory)
  var folder: String?

  @Flag(help: "Make the arms' files and plan.json in the folder of -o, and score nothing.")
  var makeOnly = false

  @Option(
    help: ArgumentHelp(
      "With --make-only, make these arms alone, by their files' names, * and ? allowed; --make-only without it takes them up.",
      valueName: "list"))
  var arms: String?

  @Option(
    help: ArgumentHelp(
      "Score by what --make-only left here, with its options; MODEL and others need not be repeated.",
      valueName: "dir"), completion: .directory)
  var from: String?

  @OptionGroup var part: ShardOption

  @Flag(help: "Leave out whatever a clock said.") var noTiming = false

  @OptionGroup var task: TaskOptions
  @OptionGroup var ranking: RankingOptions

  @Option(help: "Use this many calibration samples.") var calibrationLimit: Int?
  @Option(help: "Seed of --limit and --calibration-limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write statistics after observing; read them instead where the file exists.",
      valueName: "file"), completion: .file())
  var statistics: String?

  @Option(
    help: ArgumentHelp(
      "Time every file in turns with the original: auto does where that takes less than a tenth of the whole.",
      valueName: "auto|on|off"))
  var speed = SpeedChoice.auto

  @OptionGroup var hardware: HardwareOption
  @OptionGroup var arithmetic: ArithmeticOption
  @OptionGroup var flags: QuantizationFlags
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var layout: LayoutOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  func validate() throws {
    try flags.validateBlockSize(weightBits: parsedSchemes().map(\.weightBits))
    _ = try parsedMethods()
    let calibration = try SampleFiles.parsed(calibration)
    if let array = images.data.first, calibration.paths.isEmpty || calibration.areArrays {
      try preprocessing.requireNoEffect(on: array)
    }
    guard !calibration.paths.isEmpty || !also.isEmpty else {
      throw ValidationError(
        "--calibration is missing: a folder of images to calibrate with, or with --also name=file.onnx none"
      )
    }
    for (index, file) in also.enumerated()
    where also[..<index].contains(where: { $0.name == file.name }) {
      throw ValidationError("--also names two files '\(file.name)'")
    }
    if let maxDrop, !maxDrop.isFinite || maxDrop < 0 {
      throw ValidationError("--max-drop must be a number of points, 0 or more")
    }
    if let minAgreement, !(0...100).contains(minAgreement) {
      throw ValidationError("--min-agreement must be a number of percent, 0 to 100")
    }
    if sequential && maxDrop == nil {
      throw ValidationError("--sequential settles a verdict, which needs --max-drop")
    }
    guard (from != nil) == (part.shard != nil) else {
      throw ValidationError(
        from == nil
          ? "--shard scores by a plan: --make-only makes one, and --from names its folder"
          : "--from needs --shard I/N; 1/1 scores all images")
    }
    if let array = images.data.first, makeOnly || from != nil {
      throw ValidationError("--data \(array) cannot be scored in shards: they are of images")
    }
    if makeOnly, folder == nil || sequential {
      throw ValidationError(
        folder == nil
          ? "--make-only needs -o, the folder for the plan and the arms' files"
          : "--sequential decides on its way which images to read, so nothing can be planned")
    }
    if arms != nil, !makeOnly || calibration.paths.isEmpty {
      throw ValidationError(
        makeOnly
          ? "--arms are those of --calibration, which is missing" : "--arms needs --make-only"
      )
    }
    let measured = try task.settings().task ?? .classification
    if sequential, minAgreement != nil || measured != .classification {
      throw ValidationError("--sequential settles a drop of top-1, nothing else")
    }
  }

  func run() throws {
    if makeOnly { return try make() }
    if let from, let (shard, scheduler) = try part.resolved() {
      return try score(shard, scheduler, from)
    }
    let comparison = try compare()
    if comparison.exitCode != 0 { throw ExitCode(comparison.exitCode) }
  }

  /// - Parameter folder: for the arms' files.
  func comparisonRun(in folder: URL) throws -> ComparisonRun {
    var run = ComparisonRun(
      try images.measured(task.settings()), in: folder, run_.context(seed: seed))
    run.schemes = try parsedSchemes()
    run.methods = try parsedMethods()
    run.calibration = try calibrationSamples()
    run.options = try flags.options()
    run.also = also.map { ($0.name, $0.path) }
    run.maxDrop = maxDrop.map { $0 / 100 }
    run.minAgreement = minAgreement.map { $0 / 100 }
    run.isSequential = sequential
    run.isAblation = ablation
    run.hardware = hardware.hardware
    run.speed = speed
    run.isTimed = !noTiming
    run.statistics = statistics
    run.command = ReportedCommand.arguments(Invocation.arguments)
    return run
  }

  private func calibrationSamples() throws -> CalibrationSamples? {
    guard !calibration.isEmpty else { return nil }
    var samples = CalibrationSamples(try SampleFiles.parsed(calibration))
    samples.limit = calibrationLimit
    samples.skipsUnreadable = images.skipUnreadable
    return samples
  }

  func recipe(for model: LoadedModel) throws -> Preprocessing {
    try preprocessing.preprocessing(for: model, areArrays: images.images == nil)
  }

  private func compare() throws -> Comparison {
    let (loaded, report) = try places()
    try requireWritable(report.map(ReportFolder.files(in:)) ?? [])
    guard let report else {
      let scratch = try ScratchFolder()
      return try withExtendedLifetime(scratch) {
        try compare(loaded, in: scratch.url, report: nil)
      }
    }
    return try compare(loaded, in: URL(filePath: report), report: report)
  }

  func requireWritable(_ outputs: [String]) throws {
    try result.requireWritable(
      [statistics, statistics.map(WalkJournal.path(beside:))] + outputs,
      apartFrom: [model, task.masks] + images.paths + SampleFiles.parsed(calibration).paths
        + also.map(\.path),
      files: task.files)
  }

  /// The model and the report's folder. Without -o, an --output that is no output of a model with one is the folder, as it
  /// was before it chose outputs.
  private func places() throws -> (LoadedModel, report: String?) {
    do {
      return (try load(output: ranking.output), folder)
    } catch HarnessError.noSuchOutput(let name, let outputs) {
      guard folder == nil, outputs.count == 1 else {
        throw HarnessError.noSuchOutput(name: name, outputs: outputs)
      }
      return (try load(output: nil), name)
    }
  }

  func load(output: String?) throws -> LoadedModel {
    try LoadedModel(
      model, output: output, arithmetic: arithmetic.arithmetic, layout: layout.layout)
  }

  /// - Parameters:
  ///   - folder: for the quantized files.
  ///   - report: the same as it was given, where a report is asked for.
  private func compare(
    _ loaded: LoadedModel, in folder: URL, report: String?
  ) throws -> Comparison {
    let models = try OutputFolder(folder.appending(path: "models").path)
    defer { models.removeIfEmpty() }
    let outcome = try comparisonRun(in: folder).run(
      loaded, recipe(for: loaded), writesReport: report != nil)
    try emit(outcome, report: report)
    return outcome.comparison
  }

  func emit(_ outcome: ComparisonRun.Outcome, report: String?) throws {
    try result.emit(outcome)
    if let report { note("report: \(report)/report.html", quiet: run_.quiet) }
  }

  private func parsedSchemes() throws -> [SchemeName] {
    let names = schemes.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--schemes is empty") }
    return try names.map { name in
      do { return try SchemeName(name) } catch { throw ValidationError("\(error)") }
    }
  }

  private func parsedMethods() throws -> [any CalibrationMethod] {
    let names = methods.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--methods is empty") }
    return try names.map { try calibrationMethod($0) }
  }
}
