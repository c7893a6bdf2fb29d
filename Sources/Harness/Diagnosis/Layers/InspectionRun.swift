import CalibrantEngine
import CalibrantImaging

/// Finds out which layers a quantized file's error comes from, and what keeping them in float wins.
public struct InspectionRun {
  /// Without a task, classes where the model scores them; else how near outputs are to the original's.
  public var data: MeasuredData
  public var hardware = HardwareChoice.exact
  /// Images that every layer is tried on, at most half of all.
  public var sampleLimit = 250
  public var context: RunContext

  public init(_ data: MeasuredData, _ context: RunContext) {
    (self.data, self.context) = (data, context)
  }

  /// - Parameter path: of the quantized file.
  public func run(
    _ original: LoadedModel, _ path: String, _ preprocessing: Preprocessing
  ) throws -> InspectionReport {
    let settings = try settings(for: original)
    let inspections =
      settings.task == .classification
      ? try byScores(original, path, preprocessing)
      : try byOutputs(original, path, preprocessing, settings)
    let report = InspectionReport(inspections)
    context.messages.warn(report.worst.chanceWarnings)
    context.messages.tellHeldBack()
    return report
  }

  private func settings(for original: LoadedModel) throws -> TaskSettings {
    var settings = data.settings
    if settings.task == .classification, !data.areArrays { try original.requireClassScores() }
    if settings.task == nil {
      let scoresClasses =
        data.areArrays ? original.scores.classes != nil : try original.scoresClasses()
      settings.task = scoresClasses ? .classification : .fidelity
    }
    return settings
  }

  private func byScores(
    _ original: LoadedModel, _ path: String, _ preprocessing: Preprocessing
  ) throws -> [LayerInspection] {
    context.messages.note(original.notes)
    let quantized = try LoadedModel(
      path, output: original.scores.name, layout: original.layout)
    let store: any MeasuredSamples
    switch data.samples {
    case .arrays(let files): store = try arrays(files, original)
    case .images(let path):
      var options = storeOptions
      options.decodesFirst = true
      store = try ImageStore(
        dataset(path, for: original), preprocessing, for: original.input, options)
    }
    return try inspections { try $0.run(original, quantized, images: store) }
  }

  private func byOutputs(
    _ original: LoadedModel, _ path: String, _ preprocessing: Preprocessing,
    _ settings: TaskSettings
  ) throws -> [LayerInspection] {
    let quantized = try LoadedModel(path, layout: original.layout)
    let (some, store) = try samples(original, preprocessing, settings)
    return try inspections { try $0.run(original, quantized, some, settings, images: store) }
  }

  /// In an order whose first part is a fair sample of all.
  private func samples(
    _ original: LoadedModel, _ preprocessing: Preprocessing, _ settings: TaskSettings
  ) throws -> (TaskData, any MeasuredSamples) {
    switch data.samples {
    case .arrays(let files): return (try settings.arrayData(files), try arrays(files, original))
    case .images(let path):
      try settings.check(preprocessing)
      let all = try settings.data(
        images: path, labels: data.labels, skipsMissing: data.skipsUnreadable)
      context.messages.note(original.notes(for: all.task) + all.notes)
      let some = try data.limit.map { try all.limited(to: $0, seed: context.seed) } ?? all
      let shuffled = some.shuffled(seed: context.seed)
      return (
        shuffled,
        try ImageStore(shuffled.dataset, preprocessing, for: original.input, storeOptions)
      )
    }
  }

  private func arrays(
    _ files: SampleFiles, _ original: LoadedModel
  ) throws -> any MeasuredSamples {
    try ArrayStore(files, for: original, limit: data.limit).shuffled(seed: context.seed)
  }

  private func inspections(
    _ inspect: (LayerInspectionRun) throws -> LayerInspection
  ) throws -> [LayerInspection] {
    var run = LayerInspectionRun(jobs: context.jobs, isQuiet: context.isQuiet)
    run.sampleLimit = sampleLimit
    return try hardware.all.map { hardware in
      run.hardware = hardware
      var inspection = try inspect(run)
      inspection.provenance?.options = context.options
      return inspection
    }
  }

  private var storeOptions: ImageStore.Options {
    var options = ImageStore.Options(jobs: context.jobs)
    options.skipsUnreadable = data.skipsUnreadable
    options.isQuiet = context.isQuiet
    options.budget = 1 << 30
    return options
  }

  private func dataset(_ path: String, for model: LoadedModel) throws -> ImageDataset {
    let all = try labelledOrNot(path)
    context.messages.warn(try LabelFit(all, classes: model.scores.classes).warnings())
    return (data.limit.map { all.limited(to: $0, seed: context.seed) } ?? all)
      .shuffled(seed: context.seed)
  }

  /// Labelled where the folder or the manifest says classes, else without labels.
  private func labelledOrNot(_ path: String) throws -> ImageDataset {
    do {
      return try ImageDataset.load(from: path, labels: data.labels)
    } catch {
      guard data.labels == nil, case .noClassFolders = error else { throw error }
      return try ImageDataset.loadUnlabelled(from: path)
    }
  }
}
