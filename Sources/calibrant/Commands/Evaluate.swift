import ArgumentParser
import CalibrantHarness
import CalibrantImaging

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures a model on labelled images.",
    discussion: """
      Example: calibrant evaluate model.onnx --images test/ --labels labels.txt
               calibrant evaluate yolov8n.onnx --images val2017/ --letterbox 640 \\
                 --annotations instances_val2017.json

      On several machines, each scores a part of the images, and merge joins what they left in the folder:
               calibrant evaluate model.onnx --images test/ --shard 3/8 -o run/
               calibrant merge run/ --json result.json
      """)

  @Argument(help: "An ONNX file, quantized or not.", completion: .file()) var model: String
  @OptionGroup(title: "Images") var images: ImageOptions
  @OptionGroup(title: "Task") var task: TaskOptions
  @OptionGroup(title: "Task") var ranking: RankingOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Preprocessing") var layout: LayoutOption
  @OptionGroup(title: "Arithmetic") var hardware: HardwareOption
  @OptionGroup(title: "Arithmetic") var arithmetic: ArithmeticOption
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var reports: ReportOptions
  @OptionGroup(title: "Run") var result: ResultOptions
  @OptionGroup(title: "Run") var format: FormatOption

  @Option(help: "Seed of --limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write what is answered for every image as CSV: the five highest classes, …",
      valueName: "file.csv"),
    completion: .file())
  var predictions: String?

  @OptionGroup(title: "Shards") var part: ShardOption

  @Flag(help: "Leave out whatever a clock said.") var noTiming = false

  func validate() throws {
    try format.validate(result)
    if let array = images.data.first { try preprocessing.requireNoEffect(on: array) }
    guard part.shard != nil else { return }
    guard reports.folder != nil else {
      throw ValidationError("--shard needs -o, the folder of parts")
    }
    if let array = images.data.first {
      throw ValidationError("--data \(array) cannot be scored in shards: they are of images")
    }
    let reasons = [
      (images.skipUnreadable, "--skip-unreadable", "no shard knows which images others leave out"),
      (result.json != nil, "--json", "merge writes the result"),
      (predictions != nil, "--predictions", "merge writes the result"),
    ]
    for (isGiven, option, reason) in reasons where isGiven {
      throw ValidationError("\(option) cannot be beside --shard: \(reason)")
    }
  }

  func run() throws {
    if let folder = reports.folder, let (shard, scheduler) = try part.resolved() {
      return try score(shard, scheduler, into: folder)
    }
    try result.requireWritable(
      [predictions] + reports.files, apartFrom: [model, task.masks] + images.paths,
      files: task.files)
    let folder = try reports.opened()
    defer { folder?.removeIfEmpty() }
    let (loaded, recipe) = try subject()
    try emit(evaluation().run(loaded, recipe))
  }

  private func subject() throws -> (LoadedModel, Preprocessing) {
    let loaded = try LoadedModel(
      model, output: ranking.output, arithmetic: arithmetic.arithmetic, layout: layout.layout)
    return (
      loaded, try preprocessing.preprocessing(for: loaded, areArrays: images.images == nil)
    )
  }

  private func evaluation() throws -> EvaluationRun {
    let settings = try task.settings()
    guard settings.gallery == .own else {
      throw ValidationError("--gallery float is for compare, which has a float network")
    }
    return EvaluationRun(
      try images.measured(settings), hardware.hardware ?? .exact, run_.context(seed: seed))
  }

  private func emit(_ outcome: EvaluationOutcome) throws {
    let outcome = noTiming ? outcome.withoutTiming : outcome
    if let predictions, let table = outcome.recordsCSV { try writeFile(table, to: predictions) }
    try reports.write(outcome)
    try result.emit(outcome, as: format)
  }

  /// Scores a shard of the images.
  private func score(_ shard: Shard, _ scheduler: String?, into folder: String) throws {
    note(shard.text(from: scheduler), quiet: run_.quiet)
    _ = try OutputFolder(folder)
    let (loaded, recipe) = try subject()
    let isThere = try evaluation().score(
      shard, scheduler: scheduler, loaded, recipe, into: folder,
      arguments: ReportedCommand.planned(Invocation.arguments))
    if isThere { note("\(folder)/\(shard.fileName) is there already", quiet: run_.quiet) }
  }

  /// Joins all parts to the result that one machine would have had.
  ///
  /// - Parameter path: where the plan and the parts are.
  func join(_ path: String) throws {
    let (loaded, recipe) = try subject()
    try emit(evaluation().join(path, loaded, recipe))
  }
}
