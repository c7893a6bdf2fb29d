import ArgumentParser
import CalibrantHarness

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

  /// What to measure on.
  func measured(_ settings: TaskSettings) throws -> MeasuredData {
    var data = MeasuredData(try images.map { .images($0) } ?? .arrays(arrays()), settings)
    data.labels = labels
    data.limit = limit
    data.skipsUnreadable = skipUnreadable
    return data
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
