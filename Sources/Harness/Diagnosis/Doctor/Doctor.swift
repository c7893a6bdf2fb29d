import CalibrantEngine
import CalibrantImaging
import CalibrantONNXFormat

/// Whether a float model is measured the way it was made: its inputs, its outputs, and the recipe
/// that prepares its images.
public struct Doctor: Sendable {
  /// Something a user should know before believing an accuracy.
  public struct Finding: Sendable, Hashable {
    public enum Kind: String, Sendable {
      case fixedBatch = "batch-of-one"
      case output = "output"
      case notClassScores = "not-class-scores"
      case classCount = "class-count"
      case labelShift = "label-shift"
      case labelOrder = "label-order"
      case labelNumbers = "label-numbers"
      case notFinite = "not-finite"
      case constantOutput = "constant-output"
      case atChance = "at-chance"
      case recipe = "recipe"
      case tie = "tie"
      case unlabelled = "no-labels"
    }

    public let kind: Kind
    public let text: String
    /// Whether accuracy is wrong because of it.
    public let isFault: Bool
  }

  public let model: String
  /// The side of the model's input, which presets derive their sizes from.
  public let side: Int
  public let imageCount: Int
  public let task: TaskKind
  public private(set) var findings: [Finding] = []
  public private(set) var trials: [RecipeTrial] = []
  /// The most usual of the recipes that the images cannot tell from the best.
  public private(set) var best: RecipeTrial?
  /// All of those recipes, the most usual first.
  public private(set) var tied: [RecipeTrial] = []

  /// The trial of what was given; it may have failed.
  public var given: RecipeTrial? { trials.first }

  /// Whether nothing speaks against measuring the model as given.
  public var isSound: Bool { !findings.contains(where: \.isFault) }

  /// - Parameters:
  ///   - output: the name of the output to rank; nil takes the first that looks like class scores.
  ///   - dataset: labelled images in an order whose first part is a fair sample of them. All recipes are
  ///     tried on the first 200, more images are read only where those cannot tell recipes apart.
  ///   - recipe: what was given, for the model's input.
  public init(
    _ path: String, _ dataset: ImageDataset, output: String? = nil, options: ImageStore.Options,
    given recipe: (ImageInput) throws -> Preprocessing
  ) throws {
    let loaded = try Model(contentsOf: path)
    let program = try Program(loaded)
    let input = try ImageInput(of: program)
    model = path.split(separator: "/").last.map(String.init) ?? path
    side = min(input.height ?? 224, input.width ?? 224)
    imageCount = dataset.count
    task = .classification
    if input.fixedBatch == 1 { findings.append(.fixedBatch) }
    let scores = try ScoreOutput(of: loaded, program, input, named: output)
    findings += scores.notes.map(Finding.output)
    let bench = RecipeBench(
      program: program, input: input, scores: scores, dataset: dataset, options: options)
    var search = try RecipeSearch(bench, given: recipe(input))
    do {
      try search.run()
    } catch HarnessError.notClassScores(let shape) {
      findings.append(.notClassScores(shape))
      return
    }
    trials = search.trials
    tied = search.contenders
    best = tied.first
    let classes = search.sampleScores?.classes ?? scores.classes
    if let scores = search.sampleScores { findings += Self.judge(scores) }
    let fit = LabelFit(dataset, classes: classes).findings
    if let evidence = search.labelEvidence,
      evidence.contradicts(bestTop1: trials.map(\.top1).max() ?? 0)
    {
      // Labels of another numbering say nothing of recipes.
      (best, tied) = (nil, [])
      findings = Self.judge(evidence, dataset, fit) + findings
    } else {
      let recipes = judgeRecipes(classes: classes ?? dataset.classNames.count)
      let labels = fit.map(Finding.init) + recipes.filter { $0.kind == .labelShift }
      findings = labels + findings + recipes.filter { $0.kind != .labelShift }
    }
  }

  /// Of another task than classification, before anything is tried.
  init(_ model: LoadedModel, _ input: ImageInput, task: TaskKind, imageCount: Int) throws {
    self.model = model.name
    side = min(input.height ?? 224, input.width ?? 224)
    (self.task, self.imageCount) = (task, imageCount)
    if input.fixedBatch == 1 { findings.append(.fixedBatch) }
  }

  mutating func add(_ finding: Finding) { findings.append(finding) }

  /// What a task's metric says of recipes.
  mutating func take(_ search: RecipeSearch) {
    trials = search.trials
    tied = search.contenders
    best = tied.first
    guard let best, best.metric == 0 else {
      findings += judgeRecipes(classes: 0)
      return
    }
    findings.append(.nothingRight(best))
    (self.best, tied) = (nil, [])
  }

  private static func judge(
    _ evidence: LabelEvidence, _ dataset: ImageDataset, _ fit: [LabelFit.Finding]
  ) -> [Finding] {
    let order = NumberedNames.order(of: dataset.classNames)
    let isByNumber = order.map(evidence.follows) ?? false
    let fault: Finding = isByNumber ? .labelOrder : .labelNumbers(evidence, dataset.classNames)
    return [fault] + fit.filter { $0.kind != .order }.map(Finding.init)
  }

  private static func judge(_ scores: Scores) -> [Finding] {
    var findings: [Finding] = []
    if !scores.values.allSatisfy(\.isFinite) { findings.append(.notFinite) }
    let rows = Set((0..<scores.count).map { Array(scores.row($0)) })
    if scores.count > 1 && rows.count == 1 { findings.append(.constantOutput) }
    return findings
  }

  /// The best recipe against the one given.
  private func judgeRecipes(classes: Int) -> [Finding] {
    guard let best else { return [.unusable(given?.failure ?? "there are no images")] }
    guard let given else { return [] }
    var findings: [Finding] = []
    if task == .classification, best.top1Interval.lower <= 1 / Double(max(classes, 1)) {
      findings.append(.atChance(top1: best.top1, classes: classes))
    }
    let isSame = best.labelShift == 0 && best.recipe.prepares(like: given.recipe)
    guard !isSame else { return findings }
    if tied.contains(where: { $0.labelShift == 0 && $0.recipe.prepares(like: given.recipe) }) {
      return findings + [.tie(best, flags: best.recipe.flags(side: side))]
    }
    if best.labelShift != 0 {
      findings.append(.labelShift(best.labelShift))
      let isTied = tied.contains {
        $0.labelShift == best.labelShift && $0.recipe.prepares(like: given.recipe)
      }
      if isTied { return findings }
    }
    if !best.recipe.prepares(like: given.recipe) {
      findings.append(.recipe(best, given, flags: best.recipe.flags(side: side)))
    }
    return findings
  }
}

extension Doctor.Finding {
  static let fixedBatch = Self(
    kind: .fixedBatch,
    text: "the model takes one image at a time: small layers run far below speed; export it with a "
      + "symbolic first dimension", isFault: false)

  /// What is known of the choice of the output.
  static func output(_ text: String) -> Self { Self(kind: .output, text: text, isFault: false) }

  static func notClassScores(_ shape: String) -> Self {
    Self(
      kind: .notClassScores,
      text:
        "its output of shape \(shape) is not one row of class scores per image; name another by "
        + "--output, or cut the model behind its classifier", isFault: true)
  }

  static let notFinite = Self(
    kind: .notFinite, text: "scores hold NaN or infinite values", isFault: true)

  static let constantOutput = Self(
    kind: .constantOutput,
    text: "every image gets the same scores: the output does not depend on "
      + "the input", isFault: true)

  init(_ finding: LabelFit.Finding) {
    let kind: Kind =
      switch finding.kind {
      case .count: .classCount
      case .order: .labelOrder
      case .firstIndex: .labelShift
      }
    self.init(kind: kind, text: finding.text, isFault: finding.isWrong)
  }

  static let labelOrder = Self(
    kind: .labelOrder,
    text:
      "class names are numbers and the model's classes are in their order, not in that of the text: give the names in "
      + "order of their numbers, one a line, as --labels file", isFault: true)

  static func labelNumbers(_ evidence: LabelEvidence, _ names: [String]) -> Self {
    let examples = evidence.classes.sorted { $0.key < $1.key }.filter { $0.key != $0.value }
      .prefix(3).map { label, scored in
        "those of '\(names.indices.contains(label) ? names[label] : "\(label)")' (label \(label)) as class \(scored)"
      }
    return Self(
      kind: .labelNumbers,
      text:
        "labels are numbered otherwise than the model's classes: images of one label are scored as one class "
        + "(\(ReportText.percent(evidence.share, decimals: 0)) %), but another: \(examples.joined(separator: ", ")); "
        + "name the model's classes in its order by --labels", isFault: true)
  }

  static func labelShift(_ shift: Int) -> Self {
    let remedy =
      shift > 0
      ? "class 0 of the model is a background class: begin the --labels file with a line for it"
      : "the labels begin with a class the model lacks: drop the first line of the --labels file"
    return Self(
      kind: .labelShift, text: "labels are off by \(shift > 0 ? "one" : "minus one"); \(remedy)",
      isFault: true)
  }

  static func atChance(top1: Double, classes: Int) -> Self {
    Self(
      kind: .atChance,
      text: "no recipe does better than guessing among \(classes) classes "
        + "(\(ReportText.percent(top1)) %): labels or model may be of something else",
      isFault: true)
  }

  static func unusable(_ reason: String) -> Self {
    Self(kind: .recipe, text: "no recipe can prepare these images: \(reason)", isFault: true)
  }

  static func tie(_ best: RecipeTrial, flags: String?) -> Self {
    let usual = flags.map { " (\($0))" } ?? ""
    return Self(
      kind: .tie,
      text: "\(ReportText.count(best.losses.count, "image")) cannot tell what was given from the "
        + "more usual \(best.name)\(usual)",
      isFault: false)
  }

  static func recipe(_ best: RecipeTrial, _ given: RecipeTrial, flags: String?) -> Self {
    let gain =
      given.failure.map { "what was given cannot be used (\($0))" }
      ?? "\(best.metricName == "top-1" ? "" : "\(best.metricName) ")\(ReportText.percent(best.metric)) % instead of "
      + "\(ReportText.percent(given.metric)) %"
    let remedy = flags.map { "use \($0)" } ?? "no option selects it: turn the images themselves"
    return Self(kind: .recipe, text: "\(best.recipe.name): \(gain); \(remedy)", isFault: true)
  }
}
