import CalibrantImaging
import CalibrantQuantization

/// What models are calibrated with, before it is read.
public struct CalibrationSamples: Sendable {
  /// A folder of images, or arrays.
  public var files: SampleFiles
  /// Use this many samples: a seeded sample of images, the first of arrays.
  public var limit: Int?
  public var skipsUnreadable = false

  public init(_ files: SampleFiles) { self.files = files }

  /// The samples that `methods` calibrate with, once what is to be said of outlying ones is said: `auto` does without these.
  ///
  /// - Parameter preprocessing: of images; arrays are taken as they are, and held against it.
  func read(
    for model: LoadedModel, _ preprocessing: Preprocessing, _ methods: [any CalibrationMethod],
    _ context: RunContext
  ) throws -> CalibrationData {
    let data = try load(for: model, preprocessing, context)
    let isLeftOut = methods.contains { !$0.candidates.isEmpty }
    for outlier in data.outliers { context.messages.insist(outlier.warning(isLeftOut: isLeftOut)) }
    let judged = isLeftOut ? data.withoutOutliers() : data
    context.messages.warn(judged.warnings)
    return judged
  }

  /// All samples.
  public func load(
    for model: LoadedModel, _ preprocessing: Preprocessing, _ context: RunContext
  ) throws -> CalibrationData {
    guard !files.areArrays, let folder = files.only else {
      return try CalibrationData(files, for: model, preprocessing, limit: limit)
    }
    var dataset = try ImageDataset.loadUnlabelled(from: folder)
    if let limit { dataset = dataset.limited(to: limit, seed: context.seed) }
    var options = ImageStore.Options(jobs: context.jobs)
    options.skipsUnreadable = skipsUnreadable
    // About a hundred images of usual size: fitting layers reads them several times.
    options.budget = 16 << 20
    options.isQuiet = context.isQuiet
    options.title = "decoding calibration images"
    return CalibrationData(
      try ImageStore(dataset, preprocessing, for: model.input, options))
  }
}
