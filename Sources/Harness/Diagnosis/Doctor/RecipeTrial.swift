/// How a model fares on the sample when images are prepared by one recipe.
public struct RecipeTrial: Sendable {
  public let recipe: Recipe

  /// What is added to every label; 1 where the model's class 0 is a background class that the data
  /// lacks.
  public let labelShift: Int

  /// Per image, whether the highest score is the (shifted) label.
  public let isCorrect: [Bool]

  /// Why the recipe cannot be used, where it cannot.
  public let failure: String?

  public var top1: Double {
    isCorrect.isEmpty ? 0 : Double(isCorrect.count { $0 }) / Double(isCorrect.count)
  }

  public var top1Interval: Interval {
    Wilson.interval(successes: isCorrect.count { $0 }, count: isCorrect.count)
  }

  /// The exact p-value of "as accurate as the other" on the same images.
  func pValue(against other: RecipeTrial) -> Double {
    guard isCorrect.count == other.isCorrect.count else { return 0 }
    var counts = PairedCounts(bothRight: 0, broken: 0, fixed: 0, bothWrong: 0)
    for (mine, theirs) in zip(isCorrect, other.isCorrect) {
      counts.add(before: mine, after: theirs)
    }
    return McNemar(broken: counts.broken, fixed: counts.fixed).pValue
  }
}
