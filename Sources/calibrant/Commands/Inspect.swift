import ArgumentParser
import Harness

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Which layers a quantized model's error comes from, and what keeping them in float wins.",
    discussion: """
      Example: calibrant inspect model.onnx model_w8a8.onnx --data test/
               calibrant inspect yolov8n.onnx yolov8n_w8a8.onnx --data photos/ --task detection --preset yolo

      Ranks layers and chooses which to keep in float on a sample, and measures that choice on the other images.
      Class scores are judged by top-1; any other outputs by how near they are to the original's, or with --task by what
      they mean.
      """)

  @Argument(help: "The original ONNX file.", completion: .file()) var model: String
  @Argument(help: "Its quantized file.", completion: .file()) var quantized: String

  @Option(
    help: ArgumentHelp(
      "Folder of class folders, of images, or a CSV manifest; or samples: a .npy array, or one per input of the model, or all of them in one .npz.",
      valueName: "dir|[input=]x.npy"),
    completion: .file())
  var data: [String] = []

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

  @OptionGroup var task: TaskOptions
  @OptionGroup var ranking: RankingOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var layout: LayoutOption
  @OptionGroup var hardware: HardwareOption
  @OptionGroup var run_: RunOptions
  @OptionGroup var reports: ReportOptions
  @OptionGroup var result: ResultOptions

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    if sample < 1 { throw ValidationError("--sample must be at least 1") }
    guard !data.isEmpty else {
      throw ValidationError("Missing expected argument '--data <dir|[input=]x.npy>'")
    }
    let files = try SampleFiles.parsed(data)
    guard files.areArrays else { return }
    try preprocessing.requireNoEffect(on: files.paths[0])
    if labels != nil { throw ValidationError("--labels has no effect on arrays") }
  }

  func run() throws {
    try result.requireWritable(
      [html] + reports.files,
      apartFrom: [model, quantized, labels, task.masks] + SampleFiles.parsed(data).paths,
      files: task.files)
    let folder = try reports.opened()
    defer { folder?.removeIfEmpty() }
    let original = try LoadedModel(model, output: ranking.output, layout: layout.layout)
    let files = try SampleFiles.parsed(data)
    let settings = try settings(for: original, areArrays: files.areArrays)
    var warnings = Warnings(quiet: run_.quiet)
    let inspections =
      settings.task == .classification
      ? try byScores(original, files, &warnings)
      : try byOutputs(original, settings, files, &warnings)
    guard let report = InspectionReport(inspections) else { return }
    warnings.add(report.worst.chanceWarnings)
    warnings.tellHeldBack()
    if let html, let page = HTMLReport().render(report) { try writeFile(page, to: html) }
    try reports.write(report)
    try result.emit(report)
  }

  /// Without a task, classes where the model scores them; else how near outputs are to the original's.
  private func settings(
    for original: LoadedModel, areArrays: Bool
  ) throws -> TaskSettings {
    var settings = try task.settings()
    if settings.task == .classification, !areArrays { try original.requireClassScores() }
    if settings.task == nil {
      let scoresClasses =
        areArrays ? original.scores.classes != nil : try original.scoresClasses()
      settings.task = scoresClasses ? .classification : .fidelity
    }
    return settings
  }

  private func inspection() -> LayerInspectionRun {
    var run = LayerInspectionRun(jobs: run_.workers, isQuiet: run_.quiet)
    run.sampleLimit = sample
    return run
  }

  private func byScores(
    _ original: LoadedModel, _ files: SampleFiles, _ warnings: inout Warnings
  ) throws -> [LayerInspection] {
    for text in original.notes { note("note: \(text)", quiet: run_.quiet) }
    let rounded = try LoadedModel(quantized, output: original.scores.name, layout: layout.layout)
    let store: any MeasuredSamples
    if files.areArrays {
      store = try arrays(files, original)
    } else {
      var options = storeOptions
      options.decodesFirst = true
      store = try ImageStore(
        dataset(files, for: original, &warnings), preprocessing.preprocessing(for: original.input),
        for: original.input, options)
    }
    var run = inspection()
    return try (hardware.hardware ?? .exact).all.map { hardware in
      run.hardware = hardware
      return try run.run(original, rounded, images: store)
    }
  }

  private func byOutputs(
    _ original: LoadedModel, _ settings: TaskSettings, _ files: SampleFiles,
    _ warnings: inout Warnings
  ) throws -> [LayerInspection] {
    let rounded = try LoadedModel(quantized, layout: layout.layout)
    let (all, store) = try samples(original, settings, files, &warnings)
    var run = inspection()
    return try (hardware.hardware ?? .exact).all.map { hardware in
      run.hardware = hardware
      return try run.run(original, rounded, all, settings, images: store)
    }
  }

  /// In an order whose first part is a fair sample of all.
  private func samples(
    _ original: LoadedModel, _ settings: TaskSettings, _ files: SampleFiles,
    _ warnings: inout Warnings
  ) throws -> (TaskData, any MeasuredSamples) {
    guard !files.areArrays, let path = files.only else {
      return (try settings.arrayData(files), try arrays(files, original))
    }
    let recipe = try preprocessing.preprocessing(for: original.input)
    try settings.check(recipe)
    let all = try settings.data(images: path, labels: labels, skipsMissing: skipUnreadable)
    warnings.tell(original, all)
    let some = try (limit.map { try all.limited(to: $0, seed: seed) } ?? all).shuffled(seed: seed)
    return (some, try ImageStore(some.dataset, recipe, for: original.input, storeOptions))
  }

  private func arrays(
    _ files: SampleFiles, _ original: LoadedModel
  ) throws -> any MeasuredSamples {
    try ArrayStore(files, for: original, limit: limit).shuffled(seed: seed)
  }

  private var storeOptions: ImageStore.Options {
    var options = ImageStore.Options(jobs: run_.workers)
    options.skipsUnreadable = skipUnreadable
    options.isQuiet = run_.quiet
    options.budget = 1 << 30
    return options
  }

  private func dataset(
    _ files: SampleFiles, for model: LoadedModel, _ warnings: inout Warnings
  ) throws -> ImageDataset {
    let all = try labelledOrNot(files.paths[0])
    warnings.add(try LabelFit(all, classes: model.scores.classes).warnings())
    return (limit.map { all.limited(to: $0, seed: seed) } ?? all).shuffled(seed: seed)
  }

  /// Labelled where the folder or the manifest says classes, else without labels.
  private func labelledOrNot(_ path: String) throws -> ImageDataset {
    do {
      return try ImageDataset.load(from: path, labels: labels)
    } catch {
      guard labels == nil, case .noClassFolders = error else { throw error }
      return try ImageDataset.loadUnlabelled(from: path)
    }
  }
}
