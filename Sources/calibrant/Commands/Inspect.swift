import ArgumentParser
import CalibrantHarness

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
    name: SampleNames.specification,
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

  @OptionGroup(title: "Task") var task: TaskOptions
  @OptionGroup(title: "Task") var ranking: RankingOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Preprocessing") var layout: LayoutOption
  @OptionGroup(title: "Arithmetic") var hardware: HardwareOption
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var reports: ReportOptions
  @OptionGroup(title: "Run") var result: ResultOptions
  @OptionGroup(title: "Run") var format: FormatOption

  func validate() throws {
    try format.validate(result, without: [CSVRecords.self, ModelCard.self])
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
    var run = InspectionRun(try measured(), run_.context(seed: seed))
    run.hardware = hardware.hardware ?? .exact
    run.sampleLimit = sample
    let report = try run.run(
      original, quantized, preprocessing.preprocessing(for: original, areArrays: run.data.areArrays)
    )
    if let html, let page = HTMLReport().render(report) { try writeFile(page, to: html) }
    try reports.write(report)
    try result.emit(report, as: format)
  }

  private func measured() throws -> MeasuredData {
    let files = try SampleFiles.parsed(data)
    var data = MeasuredData(
      files.areArrays ? .arrays(files) : .images(files.paths[0]), try task.settings())
    data.labels = labels
    data.limit = limit
    data.skipsUnreadable = skipUnreadable
    return data
  }
}
