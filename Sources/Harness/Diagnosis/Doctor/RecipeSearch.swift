import Engine
import Imaging

/// Tries the known recipes on a sample: first what pixels become, then how images get to size, then
/// the rest, each step with the best of the one before. Parts hardly depend on each other, so the
/// product of all of them is not needed.
struct RecipeSearch {
  let program: Program
  let input: ImageInput
  let dataset: ImageDataset
  let options: ImageStore.Options

  private(set) var trials: [RecipeTrial] = []
  /// Rows of scores of the first recipe that worked.
  private(set) var sampleScores: Scores?

  /// Shifts of labels that are tried on every recipe's scores, which costs nothing.
  private static let shifts = [1, -1]

  init(
    _ program: Program, _ input: ImageInput, _ dataset: ImageDataset, _ options: ImageStore.Options
  ) {
    self.program = program
    self.input = input
    self.dataset = dataset
    self.options = options
  }

  private var side: Int { min(input.height ?? 224, input.width ?? 224) }

  /// The most accurate trial; the earliest of equals, so that what was given comes first.
  var best: RecipeTrial? {
    trials.filter { $0.failure == nil }.enumerated()
      .max { ($0.element.top1, -$0.offset) < ($1.element.top1, -$1.offset) }?.element
  }

  mutating func run(given: Preprocessing) throws {
    try attempt(Recipe("as given", given))
    let start = try startingGeometry(given)
    try attemptAll(StandardRecipes.normalizations, from: start)
    let before = best?.recipe.preprocessing ?? start
    try attemptAll(StandardRecipes.geometries, from: before)
    let after = best?.recipe.preprocessing ?? before
    if (after.resize, after.crop) != (start.resize, start.crop) {
      try attemptAll(StandardRecipes.normalizations, from: after)
    }
    try attemptVariants(of: best?.recipe.preprocessing ?? after)
  }

  /// What was given, unless it does not end at the model's size; then the first geometry that does.
  private mutating func startingGeometry(_ given: Preprocessing) throws -> Preprocessing {
    for step in StandardRecipes.geometries where trials.allSatisfy({ $0.failure != nil }) {
      try attempt(step, from: given)
    }
    return best?.recipe.preprocessing ?? given
  }

  private mutating func attemptAll(
    _ steps: [StandardRecipes.Step], from base: Preprocessing
  ) throws {
    for step in steps { try attempt(step, from: base) }
  }

  private mutating func attempt(_ step: StandardRecipes.Step, from base: Preprocessing) throws {
    var recipe = base
    step.apply(&recipe, side)
    try attempt(Recipe(step.name, recipe))
  }

  private mutating func attemptVariants(of base: Preprocessing) throws {
    var recipe = base
    recipe.channelOrder = base.channelOrder == .rgb ? .bgr : .rgb
    try attempt(Recipe("the other order of channels", recipe))
    recipe = base
    recipe.interpolation = base.interpolation == .bicubic ? .bilinear : .bicubic
    if recipe.resize != .none { try attempt(Recipe("\(recipe.interpolation.rawValue)", recipe)) }
    try attempt(Recipe("rows and columns transposed", base, isTransposed: true))
  }

  /// Measures a recipe that was not measured yet; one that images cannot be prepared by is noted.
  private mutating func attempt(_ recipe: Recipe) throws {
    guard !trials.contains(where: { $0.recipe.prepares(like: recipe) }) else { return }
    do {
      let store = try ImageStore(dataset, recipe.preprocessing, for: input, options)
      let evaluator = Evaluator(jobs: options.jobs, isQuiet: options.isQuiet)
      let scores =
        recipe.isTransposed
        ? try evaluator.scores(
          of: program, on: TransposedSource(source: store), title: recipe.name)
        : try evaluator.scores(of: program, on: store, title: recipe.name)
      if sampleScores == nil { sampleScores = scores }
      let plain = Self.trial(recipe, scores, store.samples, shift: 0)
      // A shifted labelling is worth a line only where it fits better.
      trials +=
        [plain]
        + Self.shifts.map { Self.trial(recipe, scores, store.samples, shift: $0) }
        .filter { $0.top1 > plain.top1 && $0.top1Interval.lower > 2 / Double(scores.classes) }
    } catch HarnessError.unreadableImage(_, let reason) {
      trials.append(RecipeTrial(recipe: recipe, labelShift: 0, isCorrect: [], failure: reason))
    }
  }

  private static func trial(
    _ recipe: Recipe, _ scores: Scores, _ samples: [ImageSample], shift: Int
  ) -> RecipeTrial {
    let isCorrect = samples.indices.map { index in
      scores.top(1, of: index).classes.first == samples[index].label + shift
    }
    var named = recipe
    if shift != 0 { named.name += ", labels \(shift > 0 ? "+" : "−")\(abs(shift))" }
    return RecipeTrial(recipe: named, labelShift: shift, isCorrect: isCorrect, failure: nil)
  }
}
