import ArgumentParser
import CalibrantHarness

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Is the float model measured the way it was made? Tries known recipes on a sample.",
    discussion: """
      Example: calibrant doctor model.onnx --images test/ --labels labels.txt
               calibrant doctor yolov8n.onnx --images val2017/ --annotations instances_val2017.json

      All recipes are tried on 200 images. Those whose loss on the labels is not told from the best one's
      (paired, Holm, 1 %) are tried on up to 800, or on --limit. Of what then still ties, the most usual
      recipe is named. Other tasks are judged by their metric, image by image: detectors by mAP, which knows letterbox
      against stretch, the order of channels and the range of pixels. Without labels doctor says what it can tell.

      The exit code is 1 where the model, the labels or the preprocessing as given are at fault, else 0.
      """)

  /// Enough to tell most recipes apart that the first 200 images leave in doubt.
  private static let defaultLimit = 800

  @Argument(help: "An ONNX file.", completion: .file()) var model: String
  @OptionGroup(title: "Images") var images: ImageOptions
  @OptionGroup(title: "Task") var task: TaskOptions
  @OptionGroup(title: "Task") var ranking: RankingOptions
  @OptionGroup(title: "Preprocessing") var preprocessing: PreprocessingOptions
  @OptionGroup(title: "Run") var run_: RunOptions
  @OptionGroup(title: "Run") var result: ResultOptions

  @Option(help: "Seed of the sample.") var seed: UInt64 = 0

  func run() throws {
    try result.requireWritable(
      apartFrom: [model, task.masks] + images.paths, files: task.files)
    let settings = try settings()
    let doctor =
      settings.task == .classification ? try byScores() : try byTask(settings)
    try result.emit(text: doctor.text, json: doctor.json)
    if !doctor.isSound { throw ExitCode(1) }
  }

  /// Without a task, classes where the model scores them; else what can be told without labels.
  private func settings() throws -> TaskSettings {
    var settings = try task.settings()
    if settings.task == .fidelity {
      throw ValidationError(
        "--task fidelity holds one network against another; doctor looks at one alone")
    }
    if settings.task == nil {
      let scoresClasses = try LoadedModel(model, output: ranking.output).scoresClasses()
      settings.task = scoresClasses ? .classification : .fidelity
    }
    return settings
  }

  private var storeOptions: ImageStore.Options {
    var options = ImageStore.Options(jobs: run_.workers)
    options.isQuiet = run_.quiet
    options.skipsUnreadable = images.skipUnreadable
    return options
  }

  private func byScores() throws -> Doctor {
    let all = try ImageDataset.load(from: images.required(), labels: images.labels)
    let dataset = all.limited(to: images.limit ?? Self.defaultLimit, seed: seed)
      .shuffled(seed: seed)
    return try Doctor(model, dataset, output: ranking.output, options: storeOptions) {
      try preprocessing.preprocessing(for: $0)
    }
  }

  private func byTask(_ settings: TaskSettings) throws -> Doctor {
    let loaded = try LoadedModel(model, output: ranking.output)
    let recipe = try preprocessing.preprocessing(for: loaded.input)
    try settings.check(recipe)
    if settings.pairs != nil {
      throw ValidationError("--pairs: doctor asks what is right image by image, not of pairs")
    }
    let all = try settings.data(
      images: images.required(), labels: images.labels, skipsMissing: images.skipUnreadable)
    for text in all.notes { note("note: \(text)", quiet: run_.quiet) }
    let data = try all.limited(to: images.limit ?? Self.defaultLimit, seed: seed)
      .shuffled(seed: seed)
    return try Doctor(loaded, data, settings, options: storeOptions, given: recipe)
  }
}
