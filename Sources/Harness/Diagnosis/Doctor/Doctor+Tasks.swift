import CalibrantEngine
import CalibrantImaging

extension Doctor {
  /// Of a model whose outputs are no class scores, or are to be read otherwise.
  ///
  /// With labels, recipes are told apart by the task's metric. Without any it is only asked whether outputs are numbers and
  /// depend on the image.
  ///
  /// - Parameters:
  ///   - data: in an order whose first part is a fair sample of it.
  ///   - recipe: what was given.
  /// - Throws: `HarnessError.badOption` for tasks that have no labels, or none of single images.
  public init(
    _ model: LoadedModel, _ data: TaskData, _ settings: TaskSettings, options: ImageStore.Options,
    given recipe: Preprocessing
  ) throws {
    let input = try model.input
    try self.init(model, input, task: data.task, imageCount: data.dataset.count)
    guard case .none = data.truths else {
      try Self.requireLabelsOfImages(data.task)
      try tryRecipes(model, input, data, settings, options, given: recipe)
      return
    }
    let look = try UnlabelledLook(model, settings, data, recipe, options)
    if !look.isFinite { add(.notFiniteOutputs) }
    if look.isConstant { add(.constantOutput) }
    add(.unlabelled(data.task, look))
  }

  private static func requireLabelsOfImages(_ task: TaskKind) throws(HarnessError) {
    guard task == .embedding else { return }
    throw .badOption(
      "--task embedding: an embedding is right or wrong only beside others, which doctor does not compare; evaluate "
        + "measures recall@1 with each recipe")
  }

  private mutating func tryRecipes(
    _ model: LoadedModel, _ input: ImageInput, _ data: TaskData, _ settings: TaskSettings,
    _ options: ImageStore.Options, given recipe: Preprocessing
  ) throws {
    let program = try model.program()
    var bench = RecipeBench(
      program: program, input: input, scores: model.scores, dataset: data.dataset, options: options)
    bench.task = TaskTrials(
      model: model, program: program, settings: settings, data: data, options: options)
    var search = RecipeSearch(bench, given: recipe)
    try search.run()
    take(search)
  }
}

extension Doctor.Finding {
  static let notFiniteOutputs = Self(
    kind: .notFinite, text: "outputs hold NaN or infinite values", isFault: true)

  /// Which question can be answered, and what the other needs.
  static func unlabelled(_ task: TaskKind, _ look: UnlabelledLook) -> Self {
    let remedy =
      switch task {
      case .detection: "--annotations (COCO, YOLO or Pascal VOC)"
      case .segmentation: "--masks"
      case .text: "a manifest of path,text"
      case .classification, .embedding, .fidelity:
        "--annotations for a detector, --masks for a segmenter, --task text and a manifest for a reader"
      }
    return Self(
      kind: .unlabelled,
      text:
        "without labels it can be told whether images get to the model's size and outputs are numbers that depend on the "
        + "image (looked at: \(ReportText.count(look.imageCount, "image"))), not whether letterbox, order of channels and "
        + "range of pixels are those of the training; that takes \(remedy)", isFault: false)
  }

  static func nothingRight(_ best: RecipeTrial) -> Self {
    Self(
      kind: .atChance,
      text:
        "no recipe gets anything right (\(best.metricName) 0 %): labels or model may be of something else, or "
        + "outputs be read wrongly", isFault: true)
  }
}
