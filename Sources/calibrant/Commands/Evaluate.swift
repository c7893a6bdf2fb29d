import ArgumentParser
import Harness

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures a model on labelled images.",
    discussion: """
      Example: calibrant evaluate model.onnx --images test/ --labels labels.txt
               calibrant evaluate yolov8n.onnx --images val2017/ --letterbox 640 \\
                 --annotations instances_val2017.json
      """)

  @Argument(help: "An ONNX file, quantized or not.", completion: .file()) var model: String
  @OptionGroup var images: ImageOptions
  @OptionGroup var task: TaskOptions
  @OptionGroup var ranking: RankingOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var layout: LayoutOption
  @OptionGroup var hardware: HardwareOption
  @OptionGroup var arithmetic: ArithmeticOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var reports: ReportOptions
  @OptionGroup var result: ResultOptions

  @Option(help: "Seed of --limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write what is answered for every image as CSV: the five highest classes, …",
      valueName: "file.csv"),
    completion: .file())
  var predictions: String?

  func validate() throws {
    if let array = images.data.first { try preprocessing.requireNoEffect(on: array) }
  }

  func run() throws {
    try result.requireWritable(
      [predictions] + reports.files, apartFrom: [model, task.masks] + images.paths,
      files: task.files)
    let folder = try reports.opened()
    defer { folder?.removeIfEmpty() }
    let start = ContinuousClock.now
    let loaded = try LoadedModel(
      model, output: ranking.output, arithmetic: arithmetic.arithmetic, layout: layout.layout)
    let recipe = try preprocessing.preprocessing(
      for: loaded, areArrays: images.images == nil)
    var warnings = Warnings(quiet: run_.quiet)
    var settings = try task.settings()
    settings.task = settings.task ?? (images.images == nil ? .fidelity : .classification)
    if images.images != nil { try settings.check(recipe) }
    guard settings.gallery == .own else {
      throw ValidationError("--gallery float is for compare, which has a float network")
    }
    let data = try images.data(settings, for: loaded, seed: seed, &warnings)
    warnings.tell(loaded, data)
    let store = try images.samples(data, for: loaded, recipe, run_)
    if let measure = try StandardMeasures.measure(settings, data, of: loaded, on: store) {
      try evaluate(loaded, store, measuring: measure, since: start, &warnings)
    } else {
      try classify(loaded, store, since: start, &warnings)
    }
  }

  private func evaluate(
    _ loaded: LoadedModel, _ store: any MeasuredSamples, measuring measure: some MeasuredTask,
    since start: ContinuousClock.Instant, _ warnings: inout Warnings
  ) throws {
    var outcome = try TaskEvaluation(
      loaded, hardware.hardware ?? .exact, on: store, measuring: measure, jobs: run_.workers,
      isQuiet: run_.quiet
    ) { seconds(store, running: $0, since: start) }
    warnings.tellHeldBack()
    outcome.warnings = warnings.texts
    if let predictions { try writeFile(outcome.csv, to: predictions) }
    try reports.write(outcome)
    try result.emit(outcome)
  }

  private func classify(
    _ loaded: LoadedModel, _ store: any MeasuredSamples, since start: ContinuousClock.Instant,
    _ warnings: inout Warnings
  ) throws {
    let evaluation = try HardwareEvaluation(
      loaded, hardware.hardware ?? .exact, on: store,
      Evaluator(jobs: run_.workers, isQuiet: run_.quiet, output: loaded.scores))
    let records = evaluation.records
    var outcome = EvaluationResult(
      model: loaded.name, records: records, classNames: store.classNames,
      skippedImages: store.skipped.map(\.path),
      seconds: seconds(store, running: evaluation.seconds, since: start),
      provenance: Provenance(loaded, store))
    outcome.nonFinite = try evaluation.rankings.nonFinite(of: loaded.model, on: store)
    outcome.hardware = evaluation.results
    outcome.saturation = evaluation.saturation
    warnings.add(outcome.chanceWarnings(classes: evaluation.rankings.classes))
    warnings.tellHeldBack()
    outcome.warnings = warnings.texts
    if let predictions { try writeFile(Predictions.csv(records), to: predictions) }
    let report = EvaluationReport(outcome, records: records, hardware: evaluation.measured)
    try reports.write(report)
    try result.emit(report)
  }

  /// Workers share the pass evenly, so their reading took its part of the wall clock.
  private func seconds(
    _ store: any MeasuredSamples, running: Double, since start: ContinuousClock.Instant
  ) -> EvaluationResult.Seconds {
    let reading = store.readSeconds / Double(min(run_.workers, store.count))
    return EvaluationResult.Seconds(
      decode: store.seconds + reading, inference: max(running - reading, 0),
      total: (ContinuousClock.now - start).seconds)
  }
}
