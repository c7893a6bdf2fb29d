import CalibrantEngine
import CalibrantTasks

/// Runs one classifier after another on the same pixels.
struct ClassificationBench: ArmBench {
  let images: any MeasuredSamples
  let jobs: Int
  let isQuiet: Bool
  /// The position of each image in the data set.
  let indices: [Int]
  private var original: Scores?

  init(images: any MeasuredSamples, at indices: [Int], jobs: Int, isQuiet: Bool) {
    self.images = images
    self.indices = indices
    self.jobs = jobs
    self.isQuiet = isQuiet
  }

  mutating func answers(
    ofOriginal model: LoadedModel, title: String
  ) throws -> AnswerPart<Ranking> {
    let scores = try scores(of: model, .exact, title: title)
    original = scores
    return try part(scores, of: model)
  }

  func answers(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> AnswerPart<Ranking> {
    guard let original else { preconditionFailure("the original is evaluated first") }
    let scores = try scores(of: model, hardware, title: title)
    guard original.classes == scores.classes else {
      throw HarnessError.differentModel(
        path: model.path,
        reason: "it scores \(scores.classes) classes, the original \(original.classes)")
    }
    var part = try part(scores, of: model)
    var (distance, divergence) = (DistanceSum(), DivergenceSum())
    for index in 0..<scores.count {
      let (before, after) = (original.row(index), scores.row(index))
      distance.add(OutputDistance(from: before, to: after))
      divergence.add(ScoreDistance.divergence(before, after))
    }
    (part.distances, part.divergence) = ([distance], divergence)
    return part
  }

  private func scores(
    of model: LoadedModel, _ hardware: Hardware, title: String
  ) throws -> Scores {
    try Evaluator(jobs: jobs, isQuiet: isQuiet, output: model.scores).scores(
      of: model.program(for: hardware), on: images, title: title)
  }

  private func part(_ scores: Scores, of model: LoadedModel) throws -> AnswerPart<Ranking> {
    let rankings = scores.rankings(limit: 5)
    try rankings.requireLabels(of: images)
    var part = AnswerPart(records: rankings.samples, seconds: scores.seconds)
    if let first = rankings.samples.firstIndex(where: \.isEmpty) {
      part.unranked = UnrankedImage(
        index: indices[first], path: images.name(of: first),
        origin: try NonFiniteOrigin.find(in: model.model, on: images, among: [first]))
    }
    return part
  }
}
