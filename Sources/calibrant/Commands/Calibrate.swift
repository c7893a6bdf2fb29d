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

  @Argument(help: "An ONNX file.") var model: String

  @Option(help: ArgumentHelp("Folder of images, or N×C×H×W samples.", valueName: "dir|x.npy"))
  var data: String

  @Option(name: [.short, .long], help: "The quantized file.") var output: String

  @Option(help: "How ranges are chosen: \(StandardMethods.names.joined(separator: ", ")).")
  var method = "auto"

  @Option(help: "Use this many samples.") var calibrationLimit: Int?
  @Option(help: "Seed of --calibration-limit.") var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Write statistics after observing; read them instead where the file exists.",
      valueName: "file"))
  var statistics: String?

  @Flag(help: "Leave damaged images out instead of stopping.") var skipUnreadable = false

  @OptionGroup var scheme: SchemeFlags
  @OptionGroup var flags: QuantizationFlags
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  func validate() throws { _ = try calibrationMethod(method) }

  func run() throws {
    try requireWritable(output)
    if let statistics { try requireWritable(statistics) }
    try result.requireWritableOutput()
    let loaded = try LoadedModel(model)
    let recipe = try preprocessing.preprocessing(for: loaded.input)
    let calibration = try loadCalibration(
      data, for: loaded.input, recipe, limit: calibrationLimit, seed: seed,
      skipsUnreadable: skipUnreadable, run_)
    let job = try QuantizationJob(loaded.model, recipe, flags.options())
    let scheme = scheme.scheme(defaultActivations: "int8")
    let observer = ObservationRun(
      jobs: run_.workers, isQuiet: run_.quiet, cache: StatisticsCache(path: statistics))
    let observations = try observer.observe(loaded, job, [scheme], calibration)
    let quantized = try job.activationBased(
      scheme, observations.statistics, method: calibrationMethod(method), on: calibration,
      CalibrationWalk(jobs: run_.workers, isQuiet: run_.quiet))
    try quantized.model.write(to: output)
    var summary = QuantizedFileSummary(quantized, path: output, originalBytes: loaded.bytes)
    summary.observations = observations
    summary.skipped = calibration.skipped.map(\.path)
    try result.emit(text: summary.text, json: summary.json.text)
  }
}
