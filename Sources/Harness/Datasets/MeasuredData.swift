import CalibrantImaging

/// What models are measured on, before it is read.
public struct MeasuredData: Sendable {
  public enum Samples: Sendable {
    /// A folder, or a manifest.
    case images(String)
    /// Unlabelled arrays.
    case arrays(SampleFiles)
  }

  public var samples: Samples
  /// A file with the names of the model's classes.
  public var labels: String?
  /// Use a seeded, class-balanced sample of this many images, or the first of arrays.
  public var limit: Int?
  public var skipsUnreadable = false
  /// What is measured, and by which labels.
  public var settings: TaskSettings

  public init(_ samples: Samples, _ settings: TaskSettings) {
    (self.samples, self.settings) = (samples, settings)
  }

  public var areArrays: Bool {
    if case .arrays = samples { true } else { false }
  }

  /// The images and their labels, after a look at whether classes can be the model's; says how the model is read, and what was
  /// left out of the images.
  func read(
    for model: LoadedModel, _ preprocessing: Preprocessing, _ context: RunContext
  ) throws -> TaskData {
    let data: TaskData
    switch samples {
    case .arrays(let files): data = try settings.arrayData(files)
    case .images(let path):
      try settings.check(preprocessing)
      data = try read(path, for: model, context)
    }
    context.messages.note(model.notes(for: data.task) + data.notes)
    return data
  }

  private func read(
    _ path: String, for model: LoadedModel, _ context: RunContext
  ) throws -> TaskData {
    let data = try settings.data(images: path, labels: labels, skipsMissing: skipsUnreadable)
    if data.task == .classification {
      context.messages.warn(try LabelFit(data.dataset, classes: model.scores.classes).warnings())
    }
    return try limit.map { try data.limited(to: $0, seed: context.seed) } ?? data
  }

  /// The samples themselves.
  ///
  /// - Parameter isReadOften: whether several models will read them.
  func store(
    _ data: TaskData, for model: LoadedModel, _ preprocessing: Preprocessing,
    _ context: RunContext, isReadOften: Bool = false
  ) throws -> any MeasuredSamples {
    switch samples {
    case .images:
      try images(data.dataset, for: model, preprocessing, context, isReadOften: isReadOften)
    case .arrays(let files): try ArrayStore(files, for: model, limit: limit)
    }
  }

  /// Some images of the data set.
  func images(
    _ dataset: ImageDataset, for model: LoadedModel, _ preprocessing: Preprocessing,
    _ context: RunContext, isReadOften: Bool = false
  ) throws -> ImageStore {
    var options = ImageStore.Options(jobs: context.jobs)
    options.skipsUnreadable = skipsUnreadable
    options.decodesFirst = isReadOften
    options.budget = isReadOften ? 1 << 30 : 0
    options.isQuiet = context.isQuiet
    return try ImageStore(dataset, preprocessing, for: model.input, options)
  }

  /// nil for classification, which has records of its own.
  func measure(
    _ data: TaskData, of model: LoadedModel, on images: any MeasuredSamples
  ) throws -> (any MeasuredTask)? {
    try StandardMeasures.measure(settings, data, of: model, on: images)
  }
}
