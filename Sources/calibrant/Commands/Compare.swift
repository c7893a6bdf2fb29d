import ArgumentParser
import Foundation
import CalibrantHarness
import CalibrantImaging
import CalibrantQuantization

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

      Several models are compared one after another, each into a folder of its own, and a table says what to ship:
               calibrant compare a.onnx b.onnx --images test/ --calibration calibration/ --max-drop 1 -o reports/

      With --max-drop or --min-agreement the exit code is 0 for PASS, 1 for FAIL, 2 for INCONCLUSIVE.
      """)

  @Argument(
    help: ArgumentHelp("ONNX files, compared one after another.", valueName: "model"),
    completion: .file())
  var models: [String]

  @OptionGroup(title: "Images") var images: ImageOptions
  @OptionGroup(title: "Arms") var made: ArmOptions
  @OptionGroup(title: "Verdict") var limits: VerdictOptions

  @Option(
    name: .customShort("o"),
    help: ArgumentHelp("Folder for the report and the quantized files.", valueName: "dir"),
    completion: .directory)
  var folder: String?

  @Option(
    help: ArgumentHelp(
      "Append a row per model to this table: what to ship, how large it is and what it loses.",
      valueName: "file.csv"),
    completion: .file())
  var results: String?

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

  @OptionGroup(title: "Shards") var part: ShardOption

  @Flag(help: "Leave out whatever a clock said.") var noTiming = false

  @OptionGroup(title: "Task") var task: TaskOptions
  @OptionGroup(title: "Task") var ranking: RankingOptions

  @Option(help: "Seed of --limit and --calibration-limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Time every file in turns with the original: auto does where that takes less than a tenth of the whole.",
      valueName: "auto|on|off"))
  var speed = SpeedChoice.auto

  @OptionGroup(title: "Arithmetic") var hardware: HardwareOption
  @OptionGroup(title: "Arithmetic") var arithmetic: ArithmeticOption
  @OptionGroup(title: "Quantization") var flags: QuantizationFlags
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Preprocessing") var layout: LayoutOption
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions
  @OptionGroup(title: "Run") var format: FormatOption

  /// The one that is compared; of several each is, by a command of its own.
  var model: String { models[0] }

  func validate() throws {
    try validateModels()
    try format.validate(result)
    try flags.validate(for: made.parsedSchemes())
    _ = try made.parsedMethods()
    let calibration = try SampleFiles.parsed(made.calibration)
    if let array = images.data.first, calibration.paths.isEmpty || calibration.areArrays {
      try preprocessing.requireNoEffect(on: array)
    }
    guard !calibration.paths.isEmpty || !made.also.isEmpty else {
      throw ValidationError(
        "--calibration is missing: a folder of images to calibrate with, or with --also name=file.onnx none"
      )
    }
    for (index, file) in made.also.enumerated()
    where made.also[..<index].contains(where: { $0.name == file.name }) {
      throw ValidationError("--also names two files '\(file.name)'")
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
    if makeOnly, folder == nil || limits.sequential {
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
    if limits.sequential, limits.minAgreement != nil || measured != .classification {
      throw ValidationError("--sequential settles a drop of top-1, nothing else")
    }
  }

  func run() throws {
    if makeOnly { return try make() }
    if let from, let (shard, scheduler) = try part.resolved() {
      return try score(shard, scheduler, from)
    }
    if models.count > 1 { return try compareEach() }
    let comparison = try compare(telling: emit)
    if let results { try ResultsTable.append(ModelRow(comparison, in: folder), to: results) }
    if comparison.exitCode != 0 { throw ExitCode(comparison.exitCode) }
  }

  /// - Parameter folder: for the arms' files.
  func comparisonRun(in folder: URL) throws -> ComparisonRun {
    var run = ComparisonRun(
      try images.measured(task.settings()), in: folder, run_.context(seed: seed))
    run.schemes = try made.parsedSchemes()
    run.methods = try made.parsedMethods()
    run.calibration = try calibrationSamples()
    run.options = try flags.options(for: run.schemes)
    run.also = made.also.map { ($0.name, $0.path) }
    run.maxDrop = limits.maxDrop.map { $0 / 100 }
    run.minAgreement = limits.minAgreement.map { $0 / 100 }
    run.isSequential = limits.sequential
    run.isAblation = made.ablation
    run.hardware = hardware.hardware
    run.speed = speed
    run.isTimed = !noTiming
    run.statistics = made.statistics
    run.command = ReportedCommand.arguments(Invocation.arguments)
    return run
  }

  private func calibrationSamples() throws -> CalibrationSamples? {
    guard !made.calibration.isEmpty else { return nil }
    var samples = CalibrationSamples(try SampleFiles.parsed(made.calibration))
    samples.limit = made.calibrationLimit
    samples.skipsUnreadable = images.skipUnreadable
    return samples
  }

  func recipe(for model: LoadedModel) throws -> Preprocessing {
    try preprocessing.preprocessing(for: model, areArrays: images.images == nil)
  }

  /// - Parameter tell: what is done with the outcome while the quantized files are there.
  func compare(
    telling tell: (ComparisonRun.Outcome, _ report: String?) throws -> Void
  ) throws -> Comparison {
    if let results { try ResultsTable.check(results) }
    let (loaded, report) = try places()
    try requireWritable(report.map(ReportFolder.files(in:)) ?? [])
    guard let report else {
      let scratch = try ScratchFolder()
      return try withExtendedLifetime(scratch) {
        try compare(loaded, in: scratch.url, report: nil, tell)
      }
    }
    return try compare(loaded, in: URL(filePath: report), report: report, tell)
  }

  func requireWritable(_ outputs: [String]) throws {
    try result.requireWritable(
      [made.statistics, made.statistics.map(WalkJournal.path(beside:)), results] + outputs,
      apartFrom: [model, task.masks] + images.paths + SampleFiles.parsed(made.calibration).paths
        + made.also.map(\.path),
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
    _ loaded: LoadedModel, in folder: URL, report: String?,
    _ tell: (ComparisonRun.Outcome, _ report: String?) throws -> Void
  ) throws -> Comparison {
    let models = try OutputFolder(folder.appending(path: "models").path)
    defer { models.removeIfEmpty() }
    let outcome = try comparisonRun(in: folder).run(
      loaded, recipe(for: loaded), writesReport: report != nil)
    try tell(outcome, report)
    return outcome.comparison
  }

  func emit(_ outcome: ComparisonRun.Outcome, report: String?) throws {
    try result.emit(outcome, as: format)
    if let report { note("report: \(report)/report.html", quiet: run_.quiet) }
  }
}
