import ArgumentParser
import Harness

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measures a model's accuracy on labelled images.",
    discussion: "Example: calibrant evaluate model.onnx --images test/ --labels labels.txt")

  @Argument(help: "An ONNX file, quantized or not.", completion: .file()) var model: String
  @OptionGroup var images: ImageOptions
  @OptionGroup var ranking: RankingOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var hardware: HardwareOption
  @OptionGroup var arithmetic: ArithmeticOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  @Option(help: "Seed of --limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Write every image's five highest classes as CSV.", valueName: "file.csv"),
    completion: .file())
  var predictions: String?

  func run() throws {
    try result.requireWritable([predictions], apartFrom: [model, images.images, images.labels])
    let start = ContinuousClock.now
    let loaded = try LoadedModel(
      model, output: ranking.output, arithmetic: arithmetic.arithmetic)
    for text in loaded.notes { note("note: \(text)", quiet: run_.quiet) }
    let recipe = try preprocessing.preprocessing(for: loaded.input)
    var warnings = Warnings(quiet: run_.quiet)
    let dataset = try images.dataset(for: loaded, seed: seed, &warnings)
    let store = try images.store(dataset, for: loaded.input, recipe, run_)
    let evaluation = try HardwareEvaluation(
      loaded, hardware.hardware ?? .exact, on: store,
      Evaluator(jobs: run_.workers, isQuiet: run_.quiet, output: loaded.scores))
    let records = evaluation.records
    // Workers share the pass evenly, so their reading took its part of the wall clock.
    let reading = store.readSeconds / Double(min(run_.workers, store.count))
    let seconds = EvaluationResult.Seconds(
      decode: store.seconds + reading, inference: max(evaluation.seconds - reading, 0),
      total: (ContinuousClock.now - start).seconds)
    var outcome = EvaluationResult(
      model: loaded.name, records: records, classNames: store.classNames,
      skippedImages: store.skipped.map(\.path), seconds: seconds,
      provenance: Provenance(loaded, store))
    outcome.nonFinite = try evaluation.rankings.nonFinite(of: loaded.model, on: store)
    outcome.hardware = evaluation.results
    outcome.saturation = evaluation.saturation
    warnings.add(outcome.chanceWarnings(classes: evaluation.rankings.classes))
    warnings.tellHeldBack()
    outcome.warnings = warnings.texts
    if let predictions { try writeFile(Predictions.csv(records), to: predictions) }
    try result.emit(
      text: outcome.text, json: outcome.json(records: records, hardware: evaluation.measured))
  }
}
