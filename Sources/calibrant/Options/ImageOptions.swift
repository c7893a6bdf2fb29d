import ArgumentParser
import Foundation
import Harness
import Imaging
import Quantization

/// Labelled images and how to read them.
struct ImageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder of class folders, or a CSV manifest; of any images where labels are apart or none.",
      valueName: "dir|csv"),
    completion: .file())
  var images: String?

  @Option(
    help: ArgumentHelp(
      "Unlabelled samples instead of images: a .npy array, or one per input of the model, or all of them in one .npz.",
      valueName: "[input=]x.npy"),
    completion: .file())
  var data: [String] = []

  @Option(
    help: ArgumentHelp("Class names, one a line; line number = class index.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(help: "Use a seeded, class-balanced sample of this many images.")
  var limit: Int?

  @Flag(help: "Count and list damaged images instead of stopping.")
  var skipUnreadable = false

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit must be at least 1") }
    guard (images == nil) != data.isEmpty else {
      throw ValidationError(
        images == nil
          ? "Missing expected argument '--images <dir|csv>', or '--data <[input=]x.npy>'"
          : "--images and --data exclude each other")
    }
    guard data.isEmpty || labels == nil else {
      throw ValidationError("--labels has no effect on arrays")
    }
    if !data.isEmpty { _ = try arrays() }
  }

  /// All files and folders that are read.
  var paths: [String?] { [images, labels] + ((try? SampleFiles(data))?.paths ?? []) }

  /// Images, where arrays will not do.
  func required() throws -> String {
    guard let images else { throw ValidationError("--data has no labels: --images is needed") }
    return images
  }

  private func arrays() throws -> SampleFiles {
    let files = try SampleFiles.parsed(data)
    guard files.areArrays else {
      throw ValidationError("--data \(files.paths[0]) is neither a .npy nor a .npz file")
    }
    return files
  }

  /// The images and their labels, after a look at whether classes can be the model's.
  func data(
    _ settings: TaskSettings, for model: LoadedModel, seed: UInt64, _ warnings: inout Warnings
  ) throws -> TaskData {
    guard let images else { return try settings.arrayData(arrays()) }
    let data = try settings.data(images: images, labels: labels, skipsMissing: skipUnreadable)
    if data.task == .classification {
      warnings.add(try LabelFit(data.dataset, classes: model.scores.classes).warnings())
    }
    return try limit.map { try data.limited(to: $0, seed: seed) } ?? data
  }

  /// What is measured on.
  func samples(
    _ data: TaskData, for model: LoadedModel, _ preprocessing: Preprocessing, _ run: RunOptions,
    isReadOften: Bool = false
  ) throws -> any MeasuredSamples {
    guard images == nil else {
      return try store(
        data.dataset, for: model.input, preprocessing, run, isReadOften: isReadOften)
    }
    return try ArrayStore(arrays(), for: model, limit: limit)
  }

  /// - Parameter isReadOften: whether several arms will read the images.
  func store(
    _ dataset: ImageDataset, for input: ImageInput, _ preprocessing: Preprocessing,
    _ run: RunOptions, isReadOften: Bool = false
  ) throws -> ImageStore {
    var options = ImageStore.Options(jobs: run.workers)
    options.skipsUnreadable = skipUnreadable
    options.decodesFirst = isReadOften
    options.budget = isReadOften ? 1 << 30 : 0
    options.isQuiet = run.quiet
    return try ImageStore(dataset, preprocessing, for: input, options)
  }
}

extension SampleFiles {
  /// - Throws: `ValidationError` for arguments that contradict each other.
  static func parsed(_ arguments: [String]) throws -> SampleFiles {
    do throws(HarnessError) {
      return try SampleFiles(arguments)
    } catch {
      throw ValidationError("\(error)")
    }
  }
}

/// Reads calibration samples: a folder of images, or arrays.
func loadCalibration(
  _ files: SampleFiles, for model: LoadedModel, _ preprocessing: Preprocessing, limit: Int?,
  seed: UInt64, skipsUnreadable: Bool = false, _ run: RunOptions
) throws -> CalibrationData {
  guard !files.areArrays, let path = files.only else {
    return try CalibrationData(files, for: model, preprocessing, limit: limit)
  }
  var dataset = try ImageDataset.loadUnlabelled(from: path)
  if let limit { dataset = dataset.limited(to: limit, seed: seed) }
  var options = ImageStore.Options(jobs: run.workers)
  options.skipsUnreadable = skipsUnreadable
  // About a hundred images of usual size: fitting layers reads them several times.
  options.budget = 16 << 20
  options.isQuiet = run.quiet
  options.title = "decoding calibration images"
  return CalibrationData(try ImageStore(dataset, preprocessing, for: model.input, options))
}

extension CalibrationData {
  /// The data to calibrate with, once what is to be said of outlying samples is said: `auto` does without them.
  func judged(by methods: [any CalibrationMethod]) -> CalibrationData {
    let isLeftOut = methods.contains { !$0.candidates.isEmpty }
    for outlier in outliers { note(outlier.warning(isLeftOut: isLeftOut), quiet: false) }
    return isLeftOut ? withoutOutliers() : self
  }
}
