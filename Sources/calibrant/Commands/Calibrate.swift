import ArgumentParser
import CalibrantHarness
import CalibrantQuantization

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Runs a model on calibration data and quantizes it with what it saw (activation-based).",
    discussion: """
      Examples:
        calibrant calibrate model.onnx --data calibration.npy -o model_calibrated.onnx --bits 4 --method percentile
        calibrant calibrate model.onnx --data calibration/ -o model_calibrated.onnx --statistics seen.json

      Statistics can be gathered on several machines, and joined to the file that one would have written:
        calibrant calibrate model.onnx --data calibration/ --observe-only --shard 1/4 -o seen/
        calibrant merge seen/ --json seen.json
      """)

  @Argument(help: "An ONNX file.", completion: .file()) var model: String

  @Option(
    name: SampleNames.specification,
    help: ArgumentHelp(
      "Folder of images, or samples: a .npy array, or one per input of the model, or all of them in one .npz.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var data: [String] = []

  @Option(
    name: .customShort("o"), help: ArgumentHelp("The quantized file.", valueName: "file"),
    completion: .file())
  var file: String?

  @OptionGroup(title: "Task") var ranking: RankingOptions

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

  @Flag(help: "Write statistics, and no quantized file.") var observeOnly = false

  @OptionGroup(title: "Shards") var part: ShardOption

  @Flag(help: "Show what auto chose each activation's range by.") var verbose = false

  @Flag(help: "Leave damaged images out instead of stopping.") var skipUnreadable = false

  @OptionGroup(title: "Quantization") var scheme: SchemeFlags
  @OptionGroup(title: "Quantization") var flags: QuantizationFlags
  @OptionGroup(title: "Quantization") var encodings: EncodingOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Preprocessing") var layout: LayoutOption
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions

  func validate() throws {
    if observeOnly { try validateObserving() } else { _ = try places() }
    if part.shard != nil, !observeOnly {
      throw ValidationError("--shard is for --observe-only: layers are fitted on all samples")
    }
    guard !data.isEmpty else {
      throw ValidationError("Missing expected argument '--data <dir|[input=]x.npy>'")
    }
    let files = try SampleFiles.parsed(data)
    if files.areArrays { try preprocessing.requireNoEffect(on: files.paths[0]) }
    _ = try calibrationMethod(method)
    try flags.validate(for: [schemeName])
    try encodings.validate(flags)
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

  private func validateObserving() throws {
    if encodings.encodings != nil {
      throw ValidationError(
        "--encodings are those of a quantized file, which --observe-only makes none of")
    }
    guard part.shard != nil else {
      guard statistics != nil, file == nil else {
        throw ValidationError("--observe-only needs --statistics, the file to write, and no -o")
      }
      return
    }
    guard file != nil, statistics == nil else {
      throw ValidationError("--shard needs -o, the folder of parts, and no --statistics")
    }
    guard !skipUnreadable else {
      throw ValidationError("--skip-unreadable cannot be beside --shard")
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
    let files = try SampleFiles.parsed(data)
    if observeOnly { return try observe(files) }
    let (file, output) = try places()
    try result.requireWritable(
      [file, statistics, statistics.map(WalkJournal.path(beside:))] + encodings.files,
      apartFrom: [model] + files.paths)
    let loaded = try LoadedModel(model, output: output, layout: layout.layout)
    let calibrated = try calibration().run(
      loaded, preprocessing.preprocessing(for: loaded, areArrays: files.areArrays),
      on: samples(files), to: file)
    if verbose { note(RangeChoiceText.render(calibrated.rangeChoices), quiet: false) }
    try result.emit(text: calibrated.summary.text, json: calibrated.summary.json.text)
  }

  /// Writes statistics, of all samples or of a shard.
  private func observe(_ files: SampleFiles) throws {
    let (path, shard, scheduler) = try statisticsFile()
    try result.requireWritable([path], apartFrom: [model] + files.paths)
    if let shard { note(shard.text(from: scheduler), quiet: run_.quiet) }
    let loaded = try LoadedModel(model, output: ranking.output, layout: layout.layout)
    let observations = try calibration().observe(
      loaded, preprocessing.preprocessing(for: loaded, areArrays: files.areArrays),
      on: samples(files), shard ?? .all, to: path)
    note("\(observations.summary): \(path)", quiet: run_.quiet)
  }

  /// Where statistics go, and of what shard.
  private func statisticsFile() throws -> (String, Shard?, scheduler: String?) {
    guard let (shard, scheduler) = try part.resolved(), let folder = file else {
      guard let statistics else { preconditionFailure("validated") }
      return (statistics, nil, nil)
    }
    _ = try OutputFolder(folder)
    return ("\(folder)/\(shard.fileName)", shard, scheduler)
  }

  private func calibration() throws -> CalibrationRun {
    var run = CalibrationRun(
      schemeName, try calibrationMethod(method), run_.context(seed: seed))
    run.options = try flags.options(for: [schemeName])
    run.encodings = encodings.file
    run.statistics = statistics
    run.limit = limit
    return run
  }

  private var schemeName: SchemeName { scheme.scheme(defaultActivations: "int8") }

  private func samples(_ files: SampleFiles) -> CalibrationSamples {
    var samples = CalibrationSamples(files)
    samples.limit = calibrationLimit
    samples.skipsUnreadable = skipUnreadable
    return samples
  }
}
