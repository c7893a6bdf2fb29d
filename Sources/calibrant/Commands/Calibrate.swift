import ArgumentParser
import Harness
import Quantization

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Runs a model on calibration data and quantizes it with what it saw (activation-based).",
    discussion: """
      Examples:
        calibrant calibrate model.onnx --data calibration.npy -o model_calibrated.onnx --bits 4 --method percentile
        calibrant calibrate model.onnx --data calibration/ -o model_calibrated.onnx --statistics seen.json
      """)

  @Argument(help: "An ONNX file.", completion: .file()) var model: String

  @Option(
    help: ArgumentHelp(
      "Folder of images, or samples: a .npy array, or one per input of the model, or all of them in one .npz.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var data: [String] = []

  @Option(
    name: .customShort("o"), help: ArgumentHelp("The quantized file.", valueName: "file"),
    completion: .file())
  var file: String?

  @OptionGroup var ranking: RankingOptions

  @Option(
    help: "How ranges are chosen: \(StandardMethods.names.joined(separator: ", ")).",
    completion: .list(StandardMethods.names))
  var method = "auto"

  @Option(help: "Use this many samples.") var calibrationLimit: Int?
  @Option(help: "Seed of --calibration-limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write statistics after observing; read them instead where the file exists.",
      valueName: "file"), completion: .file())
  var statistics: String?

  @Option(
    help: ArgumentHelp(
      "Choose bits per layer (float, 8, 4) so that the file has at most this size.",
      valueName: "bytes"))
  var targetBytes: Int?

  @Option(
    help: ArgumentHelp(
      "Choose bits per layer so that at most this percentage of calibration samples changes class.",
      valueName: "points"))
  var budget: Double?

  @Flag(help: "Show what auto chose each activation's range by.") var verbose = false

  @Flag(help: "Leave damaged images out instead of stopping.") var skipUnreadable = false

  @OptionGroup var scheme: SchemeFlags
  @OptionGroup var flags: QuantizationFlags
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var layout: LayoutOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  func validate() throws {
    _ = try places()
    guard !data.isEmpty else {
      throw ValidationError("Missing expected argument '--data <dir|[input=]x.npy>'")
    }
    let files = try SampleFiles.parsed(data)
    if files.areArrays { try preprocessing.requireNoEffect(on: files.paths[0]) }
    _ = try calibrationMethod(method)
    try flags.validateBlockSize(weightBits: [scheme.bits])
    if targetBytes != nil && budget != nil {
      throw ValidationError("--target-bytes and --budget exclude each other")
    }
    if let targetBytes, !(1...1 << 40).contains(targetBytes) {
      throw ValidationError("--target-bytes is a number of bytes, 1 to 2^40")
    }
    if let budget, !(budget >= 0 && budget <= 100) {
      throw ValidationError("--budget is a number of points, 0 to 100")
    }
  }

  /// Where the file goes, and the output to rank. Without -o, --output is the file, as it was before it chose outputs.
  private func places() throws -> (file: String, output: String?) {
    if let file { return (file, ranking.output) }
    guard let file = ranking.output else {
      throw ValidationError("Missing expected argument '-o <file>'")
    }
    return (file, nil)
  }

  private var limit: BitSearch.Limit? {
    targetBytes.map { .bytes($0) } ?? budget.map { .disagreement($0 / 100) }
  }

  func run() throws {
    let (file, output) = try places()
    try result.requireWritable(
      [file, statistics, statistics.map(journalPath)],
      apartFrom: [model] + SampleFiles.parsed(data).paths)
    let loaded = try LoadedModel(model, output: output, layout: layout.layout)
    for text in loaded.notes { note("note: \(text)", quiet: run_.quiet) }
    let files = try SampleFiles.parsed(data)
    let recipe = try preprocessing.preprocessing(for: loaded, areArrays: files.areArrays)
    let scheme = scheme.scheme(defaultActivations: "int8")
    let candidate = try QuantizationJob(loaded.model, recipe, flags.options())
    try candidate.check([scheme])
    let calibration = try loadCalibration(
      files, for: loaded, recipe, limit: calibrationLimit, seed: seed,
      skipsUnreadable: skipUnreadable, run_
    ).judged(by: [try calibrationMethod(method)])
    if budget != nil { try loaded.requireClasses(on: calibration) }
    var warnings = Warnings(quiet: run_.quiet)
    warnings.add(calibration.warnings)
    let job = try EqualizationTrial(jobs: run_.workers, output: loaded.scores).better(
      of: candidate, loaded.model, recipe, scheme, on: calibration)
    let observer = ObservationRun(
      jobs: run_.workers, isQuiet: run_.quiet, cache: StatisticsCache(path: statistics))
    let observations = try observer.observe(loaded, job, [scheme], calibration)
    let journal = try statistics.map { try openJournal(beside: $0, loaded, run_) }
    let walk = CalibrationWalk(jobs: run_.workers, isQuiet: run_.quiet, journal: journal)
    let method = try calibrationMethod(method)
    let quantized: QuantizedModel
    var lost: LostLayer?
    if let limit {
      let evaluator = Evaluator(jobs: run_.workers, output: loaded.scores)
      let search = try BitSearch(job, scheme, on: calibration, evaluator) { job, scheme in
        try job.activationBased(
          scheme, observations.statistics, method: method, on: calibration, walk)
      }
      let progress = Progress("sensitivity", total: job.layerCount, isQuiet: run_.quiet)
      let found = try search.run(limit) { done, _ in progress.advance(to: done) }
      note(
        FrontierText.render(found.frontier, tried: found.tried, chosen: found.chosen.bits),
        quiet: run_.quiet)
      quantized = found.chosen.quantized
    } else {
      (quantized, lost) = try job.checkedActivationBased(
        scheme, observations.statistics, method: method, on: calibration, walk)
    }
    let bytes = try quantized.model.write(to: file)
    journal?.remove()
    var summary = try QuantizedFileSummary(
      quantized, path: file, bytes: bytes, originalBytes: loaded.bytes)
    summary.observations = observations
    summary.lost = lost
    summary.skipped = calibration.skipped.map(\.path)
    summary.warnings = warnings.texts
    warnings.tellHeldBack()
    if verbose { note(RangeChoiceText.render(quantized.rangeChoices), quiet: false) }
    try result.emit(text: summary.text, json: summary.json.text)
  }
}
