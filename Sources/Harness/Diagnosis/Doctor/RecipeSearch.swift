import CalibrantEngine
import CalibrantImaging

/// Finds the recipe that a model was made for: tries the known ones on a small sample, and those that it
/// cannot tell from the best on ever more images.
///
/// The sample sees first what pixels become, then how images get to size, then the rest, each step with
/// the best of the one before; parts hardly depend on each other, so the product of all is not needed.
struct RecipeSearch {
  let bench: RecipeBench
  let given: Preprocessing
  let standard: StandardRecipes

  private(set) var trials: [RecipeTrial] = []
  /// Rows of scores of the first recipe that worked.
  private(set) var sampleScores: Scores?
  /// Of the recipe whose predictions go with labels the most, whatever classes they are.
  private(set) var labelEvidence: LabelEvidence?

  /// Images of the first sample.
  private static let firstSample = 200
  /// How much larger each further sample is.
  private static let growth = 4
  /// The chance that a recipe which is as good as the best is ruled out. It is small, as recipes are
  /// compared again on every sample, with a best one that was chosen by the same losses.
  private static let level = 0.01
  /// Shifts of labels that are tried on every recipe's scores, which costs nothing.
  private static let shifts = [1, -1]

  init(_ bench: RecipeBench, given: Preprocessing) {
    var bench = bench
    bench.givenSize = given.fixedSize
    self.bench = bench
    self.given = given
    standard = StandardRecipes(
      width: bench.width, height: bench.height, imagesAreLarger: bench.imagesAreLarger(),
      task: bench.task?.data.task ?? .classification)
  }

  private var usable: [RecipeTrial] { trials.filter { $0.failure == nil } }

  /// The trial with the lowest loss; of equals the most usual.
  private var leader: RecipeTrial? {
    let largest = usable.map(\.losses.count).max()
    return ranked(usable.filter { $0.losses.count == largest }).min { $0.loss < $1.loss }
  }

  /// The trials that the images cannot tell from the best, the most usual first.
  var contenders: [RecipeTrial] {
    guard let leader else { return [] }
    let candidates = usable
    let p = Holm.adjusted(candidates.map { $0.pValue(against: leader) })
    return ranked(zip(candidates, p).filter { $0.1 >= Self.level }.map(\.0))
  }

  private func ranked(_ trials: [RecipeTrial]) -> [RecipeTrial] {
    let keyed = trials.map { (RecipeStanding($0, given: given, among: standard), $0) }
    return keyed.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
      .map(\.element.1)
  }

  mutating func run() throws {
    try attempt(Recipe("as given", given))
    try findGeometry()
    try attemptNormalizations()
    try attemptGeometries()
    try attemptNormalizations()
    try attemptVariants()
    try completeProduct()
    try tellContendersApart()
  }

  /// Measures contenders on ever more images, until one is left or there are no more images. A leader
  /// that falls back brings others back, which then have images to catch up on.
  private mutating func tellContendersApart() throws {
    var images = min(Self.firstSample, bench.dataset.count)
    while contenders.count > 1 {
      let seen = contenders.map(\.losses.count)
      if seen.allSatisfy({ $0 == seen.max() }) {
        guard images < bench.dataset.count else { return }
        images = min(images * Self.growth, bench.dataset.count)
        try extend(contenders, to: images)
      } else {
        try extend(contenders.filter { $0.losses.count < seen.max() ?? 0 }, to: images)
      }
    }
  }

  /// Where what was given does not end at the model's size, the first geometry that does.
  private mutating func findGeometry() throws {
    for part in standard.geometries where usable.isEmpty {
      try attempt(part.values.normalized(like: given))
    }
  }

  private mutating func attemptNormalizations() throws {
    guard let base = leader?.recipe.preprocessing else { return }
    for part in standard.normalizations { try attempt(base.normalized(like: part.values)) }
  }

  private mutating func attemptGeometries() throws {
    guard let base = leader?.recipe.preprocessing else { return }
    for part in standard.geometries { try attempt(part.values.normalized(like: base)) }
  }

  private mutating func attemptVariants() throws {
    guard let base = leader?.recipe.preprocessing else { return }
    var recipe = base
    recipe.channelOrder = base.channelOrder == .rgb ? .bgr : .rgb
    try attempt(
      Recipe("\(standard.name(of: base)); the other order of channels", recipe))
    recipe = base
    recipe.interpolation = base.interpolation == .bicubic ? .bilinear : .bicubic
    try attempt(recipe)
    // Where things are is not turned back.
    guard bench.task == nil else { return }
    try attempt(
      Recipe("\(standard.name(of: base)); rows and columns transposed", base, isTransposed: true))
  }

  /// Every normalisation with every geometry of the contenders, so that the most usual of those which
  /// tie is among them.
  private mutating func completeProduct() throws {
    let upright = contenders.filter { !$0.recipe.isTransposed }.map(\.recipe.preprocessing)
    for pixels in upright {
      for place in upright { try attempt(place.normalized(like: pixels)) }
    }
  }

  private mutating func attempt(_ recipe: Preprocessing) throws {
    var recipe = recipe
    recipe.appliesEXIF = given.appliesEXIF
    try attempt(Recipe(standard.name(of: recipe), recipe))
  }

  /// Measures a recipe that was not measured yet; one that images cannot be prepared by is noted.
  private mutating func attempt(_ recipe: Recipe) throws {
    guard !trials.contains(where: { $0.recipe.prepares(like: recipe) }) else { return }
    do {
      if let task = bench.task {
        trials.append(try task.trial(of: recipe, images: Self.firstSample))
        return
      }
      let (scores, labels) = try bench.scores(of: recipe, images: Self.firstSample)
      if sampleScores == nil { sampleScores = scores }
      let evidence = LabelEvidence(scores, labels: labels)
      if evidence.share > labelEvidence?.share ?? -1 { labelEvidence = evidence }
      let plain = RecipeTrial(recipe, scores, labels: labels, shift: 0)
      // A shifted labelling is worth a line only where it fits better.
      let better = Self.shifts.filter { shift in
        let top1 = RecipeTrial.top1(scores, labels: labels.map { $0 + shift })
        return top1.share > plain.top1 && top1.interval.lower > 2 / Double(scores.classes)
      }
      trials += ([0] + better).map { shift in
        shift == 0 ? plain : RecipeTrial(recipe, scores, labels: labels, shift: shift)
      }
    } catch HarnessError.unreadableImage(_, let reason) {
      trials.append(RecipeTrial(recipe, failure: reason))
    } catch let error as GraphError where !trials.isEmpty {
      // A size that the network does not run at; where it is the given one, that is what there is to say.
      trials.append(RecipeTrial(recipe, failure: "\(error)"))
    }
  }

  /// Measures trials again on more images. Of recipes whose losses are the same, as where a resize has
  /// nothing to do, one stands for all.
  private mutating func extend(_ behind: [RecipeTrial], to images: Int) throws {
    var known: [[Double]: RecipeTrial] = [:]
    for trial in behind {
      let longer =
        try known[trial.losses].map { RecipeTrial(trial.recipe, like: $0) }
        ?? extended(trial, to: images)
      known[trial.losses] = longer
      trials = trials.map { $0.isOf(trial) ? longer : $0 }
    }
  }

  private func extended(_ trial: RecipeTrial, to images: Int) throws -> RecipeTrial {
    do {
      if let task = bench.task { return try task.trial(of: trial.recipe, images: images) }
      let (scores, labels) = try bench.scores(of: trial.recipe, images: images)
      return RecipeTrial(trial.recipe, scores, labels: labels, shift: trial.labelShift)
    } catch HarnessError.unreadableImage(_, let reason) {
      return RecipeTrial(trial.recipe, failure: reason)
    }
  }
}
