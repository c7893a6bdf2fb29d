import CalibrantImaging

/// What is to be measured, and where its labels are.
public struct TaskSettings: Sendable, Hashable {
  /// nil where that is left to the data: classification where images have classes, else fidelity.
  public var task: TaskKind?
  /// Boxes: a COCO `.json`, a `data.yaml` of YOLO, or a folder of Pascal VOC's `.xml` files.
  public var annotations: String?
  /// The name of a decoder (`StandardBoxDecoders`).
  public var boxes: String?
  /// Boxes of a score above this are compared between networks (nil: 0.25), and pixels of a probability above it are class 1
  /// of two (nil: 0.5).
  public var confidence: Double?
  /// What overlaps a better box by more than this goes.
  public var overlap = 0.7
  /// A folder of masks.
  public var masks: String?
  /// The index of pixels that do not count.
  public var ignored: Int? = 255
  /// A list of pairs of images.
  public var pairs: String?
  /// Where embeddings are looked for.
  public var gallery = EmbeddingGallery.own
  /// The symbols of a network that reads text.
  public var dictionary: String?

  public init() {}

  /// Reads the list of images and their labels.
  ///
  /// - Parameters:
  ///   - images: a folder or, but for boxes and masks, a manifest.
  ///   - labels: a file with the names of the model's classes.
  ///   - skipsMissing: whether images that labels name and that are not there are left to the first look, which skips them.
  public func data(
    images: String, labels: String? = nil, skipsMissing: Bool = false
  ) throws -> TaskData {
    switch task {
    case nil: try classesOrNone(images: images, labels: labels)
    case .classification: try classes(images: images, labels: labels)
    case .embedding: try embeddings(images: images, labels: labels, skipsMissing: skipsMissing)
    case .detection:
      if let annotations {
        try TaskData.boxes(
          annotations, images: images, labels: labels, skipsMissing: skipsMissing)
      } else {
        TaskData(.detection, try ImageDataset.loadUnlabelled(from: images))
      }
    case .segmentation:
      if let masks {
        try TaskData.masks(in: masks, images: images, labels: labels, skipsMissing: skipsMissing)
      } else {
        TaskData(.segmentation, try ImageDataset.loadUnlabelled(from: images))
      }
    case .text:
      if try FileTree.kind(of: images) == .folder {
        TaskData(.text, try ImageDataset.loadUnlabelled(from: images))
      } else {
        try TaskData.texts(images)
      }
    case .fidelity: TaskData(.fidelity, try ImageDataset.loadUnlabelled(from: images))
    }
  }

  /// Arrays, which have no labels.
  public func arrayData(_ files: SampleFiles) throws -> TaskData {
    guard task != .classification else { throw HarnessError.noLabels(task: .classification) }
    for (option, value) in [
      ("--annotations", annotations), ("--masks", masks), ("--pairs", pairs),
    ] where value != nil {
      throw HarnessError.badOption("\(option) labels images, not arrays")
    }
    let name = files.paths.joined(separator: ", ")
    return TaskData(
      task ?? .fidelity, ImageDataset(name: name, samples: [], classNames: []))
  }

  /// Pairs, identities, or nothing but images.
  private func embeddings(
    images: String, labels: String?, skipsMissing: Bool
  ) throws -> TaskData {
    guard let pairs else { return try classesOrNone(images: images, labels: labels) }
    guard labels == nil else {
      throw HarnessError.badOption("--labels has no effect beside --pairs")
    }
    return try TaskData.pairs(pairs, images: images, skipsMissing: skipsMissing)
  }

  private func classes(images: String, labels: String?) throws(DatasetError) -> TaskData {
    TaskData(
      task: task ?? .classification, dataset: try ImageDataset.load(from: images, labels: labels),
      truths: .classes, notes: [])
  }

  private func classesOrNone(images: String, labels: String?) throws(DatasetError) -> TaskData {
    do {
      return try classes(images: images, labels: labels)
    } catch {
      guard error.isLackOfLabels, labels == nil else { throw error }
      return TaskData(task ?? .fidelity, try ImageDataset.loadUnlabelled(from: images))
    }
  }

  /// Refuses what leaves parts of images out where all of each is needed.
  public func check(_ preprocessing: Preprocessing) throws(HarnessError) {
    guard task == .segmentation, !preprocessing.keepsWholeImage else { return }
    throw .badOption(
      "--task segmentation needs all of each image and nothing else, not \(preprocessing.resize)"
        + (preprocessing.crop.map { " with a crop of \($0)" } ?? "")
        + ": use --resize WxH --crop none")
  }
}
