import CalibrantTasks

/// What rankings of classes are worth.
struct ClassificationReader: AnswerReader {
  let images: PartImages
  let statistics: ClassificationStatistics
  /// That the original scores; nil where that is not known.
  let classes: Int?

  init(_ plan: ComparisonPlan, _ images: PartImages) {
    self.images = images
    statistics = ClassificationStatistics(plan.facts.sampling)
    classes = plan.classes
  }

  /// - Throws: `HarnessError.nonFiniteValues` where no image's scores of the original can be ranked: there is nothing to compare
  ///   with.
  func answers(
    _ part: AnswerPart<Ranking>, isOriginal: Bool
  ) throws(HarnessError) -> [CalibrantHarness.Record] {
    if isOriginal, part.records.allSatisfy(\.isEmpty), let origin = part.unranked?.origin {
      throw .nonFiniteValues(origin)
    }
    return part.records.enumerated().map { index, ranking in
      CalibrantHarness.Record(
        path: images.paths[index], contentHash: images.hashes[index], label: images.labels[index],
        top5: ranking.classes, margin: ranking.margin)
    }
  }

  func sqnr(_ part: AnswerPart<Ranking>) -> Double? { part.distances.first?.sqnr }

  func notes(_ part: AnswerPart<Ranking>) -> [String] {
    part.unranked.map { first in
      let scores = NonFiniteScores(
        count: part.records.count(where: \.isEmpty), total: part.records.count, first)
      return ["warning: \(scores.warning)"]
    } ?? []
  }

  func warnings(of original: ArmEvaluation) -> [String] {
    classes.map { original.chanceWarnings(classes: $0) } ?? []
  }

  func listing(
    _ comparison: Comparison, _ arms: [ArmEvaluation], _ part: RunPart<Ranking>
  ) -> any AnswerListing {
    ClassListing(comparison, arms)
  }
}
