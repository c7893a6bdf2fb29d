import ArgumentParser
import CalibrantHarness
import CalibrantTasks

extension TaskKind: ExpressibleByArgument {}
extension EmbeddingGallery: ExpressibleByArgument {}

/// What is measured, and by which labels.
struct TaskOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the outputs are (default: classification; fidelity without labels).",
      valueName: "task"))
  var task: TaskKind?

  @Option(
    help: ArgumentHelp(
      "Labelled boxes: COCO .json, YOLO's data.yaml, or a folder of Pascal VOC.",
      valueName: "file|dir"),
    completion: .file())
  var annotations: String?

  @Option(
    help: ArgumentHelp(
      "Whose outputs the boxes are: \(Self.decoders.joined(separator: ", ")) (default: by shapes).",
      valueName: "detector"),
    completion: .list(Self.decoders))
  var boxes: String?

  @Option(
    help: """
      Boxes above this score are compared with the float network's (default: 0.25); pixels above this probability are class \
      1 of two (default: 0.5).
      """)
  var confidence: Double?

  @Option(
    help: "Boxes that overlap a better one by more than this are left out (default: 0.7).")
  var iou: Double?

  @Option(
    help: ArgumentHelp("Folder of masks, PNGs of class indices.", valueName: "dir"),
    completion: .directory)
  var masks: String?

  @Option(
    help: ArgumentHelp(
      "Index of pixels that do not count, or none (default: 255).", valueName: "index|none"))
  var ignore: String?

  @Option(
    help: ArgumentHelp(
      "Pairs of images to tell apart by embeddings: path_a,path_b,same.", valueName: "csv"),
    completion: .file())
  var pairs: String?

  @Option(
    help: "Embeddings to look for an image in: each network's own, or the float one's.",
    completion: .list(EmbeddingGallery.allCases.map(\.rawValue)))
  var gallery: EmbeddingGallery?

  @Option(
    help: ArgumentHelp("Symbols that a text network reads, one a line.", valueName: "file"),
    completion: .file())
  var dictionary: String?

  private static let decoders = StandardBoxDecoders.all.map { type(of: $0).name }

  func validate() throws { _ = try settings() }

  /// - Throws: `ValidationError` for options of different tasks, and values that mean nothing.
  func settings() throws -> TaskSettings {
    var settings = TaskSettings()
    settings.task = try statedTask()
    settings.annotations = annotations
    settings.masks = masks
    settings.dictionary = dictionary
    settings.pairs = pairs
    settings.gallery = gallery ?? .own
    if let boxes {
      guard Self.decoders.contains(boxes) else {
        throw ValidationError(Choice.refusal("--boxes", boxes, among: Self.decoders))
      }
      settings.boxes = boxes
    }
    if let confidence { settings.confidence = try Self.share(confidence, "--confidence") }
    if let iou { settings.overlap = try Self.share(iou, "--iou") }
    if let ignore { settings.ignored = try ignore == "none" ? nil : Self.index(ignore) }
    return settings
  }

  /// The task that is named, or the one whose options are given.
  private func statedTask() throws -> TaskKind? {
    var stated = task
    var reason = task.map { "--task \($0)" } ?? ""
    for (option, isGiven, tasks) in owners where isGiven {
      guard stated.map(tasks.contains) ?? true else {
        let names = tasks.map(\.rawValue).joined(separator: " or ")
        throw ValidationError("\(option) belongs to --task \(names), not beside \(reason)")
      }
      if stated == nil { (stated, reason) = (tasks[0], option) }
    }
    if stated == .text, dictionary == nil {
      throw ValidationError("--task text needs --dictionary FILE, the symbols in their order")
    }
    return stated
  }

  /// Files that are read.
  var files: [String] { [annotations, dictionary, pairs].compactMap(\.self) }

  /// What belongs to one task first, since that says which one it is.
  private var owners: [(option: String, isGiven: Bool, tasks: [TaskKind])] {
    [
      ("--annotations", annotations != nil, [.detection]),
      ("--boxes", boxes != nil, [.detection]), ("--iou", iou != nil, [.detection]),
      ("--masks", masks != nil, [.segmentation]), ("--ignore", ignore != nil, [.segmentation]),
      ("--pairs", pairs != nil, [.embedding]), ("--gallery", gallery != nil, [.embedding]),
      ("--dictionary", dictionary != nil, [.text]),
      ("--confidence", confidence != nil, [.detection, .segmentation]),
    ]
  }

  private static func share(_ value: Double, _ option: String) throws -> Double {
    guard (0...1).contains(value) else {
      throw ValidationError("\(option) \(value) is not in 0...1")
    }
    return value
  }

  private static func index(_ text: String) throws -> Int {
    guard let index = Int(text), (0...255).contains(index) else {
      throw ValidationError("--ignore '\(text)' is neither an index in 0...255 nor none")
    }
    return index
  }
}
