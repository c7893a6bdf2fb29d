import ArgumentParser
import Harness

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Which layers a quantized model's error comes from, and what keeping them in float wins.",
    discussion: """
      Example: calibrant inspect model.onnx model_w8a8.onnx --data test/

      Ranks layers and chooses which to keep in float on a sample, and measures that choice on the other images.
      """)

  @Argument(help: "The original ONNX file.", completion: .file()) var model: String
  @Argument(help: "Its quantized file.", completion: .file()) var quantized: String

  @Option(
    help: ArgumentHelp("Folder of class folders, of images, or a CSV manifest.", valueName: "dir"),
    completion: .file())
  var data: String

  @Option(
    help: ArgumentHelp("Class names, one a line; line number = class index.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(help: "Use a seeded, class-balanced sample of this many images.") var limit: Int?
  @Option(help: "Images that every layer is tried on, at most half of all.") var sample = 250
  @Option(help: "Seed of --limit and of the sample.") var seed: UInt64 = 0
  @Flag(help: "Count and list damaged images instead of stopping.") var skipUnreadable = false

  @Option(
    help: ArgumentHelp(
      "Write the inspection as a page with charts and histograms.", valueName: "file"),
    completion: .file())
  var html: String?

  @OptionGroup var ranking: RankingOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var hardware: HardwareOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var result: ResultOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    if sample < 1 { throw ValidationError("--sample must be at least 1") }
  }

  func run() throws {
    try result.requireWritable([html], apartFrom: [model, quantized, data, labels])
    let original = try LoadedModel(model, output: ranking.output)
    for text in original.notes { note("note: \(text)", quiet: run_.quiet) }
    let rounded = try LoadedModel(quantized, output: original.scores.name)
    var options = ImageStore.Options(jobs: run_.workers)
    options.skipsUnreadable = skipUnreadable
    options.isQuiet = run_.quiet
    options.decodesFirst = true
    options.budget = 1 << 30
    var warnings = Warnings(quiet: run_.quiet)
    let store = try ImageStore(
      dataset(for: original, &warnings), preprocessing.preprocessing(for: original.input),
      for: original.input, options)
    var run = LayerInspectionRun(jobs: run_.workers, isQuiet: run_.quiet)
    run.sampleLimit = sample
    let inspections = try (hardware.hardware ?? .exact).all.map { hardware in
      run.hardware = hardware
      return try run.run(original, rounded, images: store)
    }
    guard let worst = inspections.min(by: { $0.rounded.top1 < $1.rounded.top1 }) else { return }
    warnings.add(worst.chanceWarnings)
    warnings.tellHeldBack()
    if let html { try writeFile(worst.html, to: html) }
    try result.emit(
      text: inspections.map(\.text).joined(separator: "\n\n"), json: worst.json(among: inspections))
  }

  private func dataset(
    for model: LoadedModel, _ warnings: inout Warnings
  ) throws -> ImageDataset {
    let all = try labelledOrNot()
    warnings.add(try LabelFit(all, classes: model.scores.classes).warnings())
    return (limit.map { all.limited(to: $0, seed: seed) } ?? all).shuffled(seed: seed)
  }

  /// Labelled where the folder or the manifest says classes, else without labels.
  private func labelledOrNot() throws -> ImageDataset {
    do {
      return try ImageDataset.load(from: data, labels: labels)
    } catch {
      guard labels == nil, case .noClassFolders = error else { throw error }
      return try ImageDataset.loadUnlabelled(from: data)
    }
  }
}
