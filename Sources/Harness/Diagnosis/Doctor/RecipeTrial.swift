import Foundation

/// How a model fares on a sample when images are prepared by one recipe.
public struct RecipeTrial: Sendable {
  public let recipe: Recipe

  /// What is added to every label; 1 where the model's class 0 is a background class that the data
  /// lacks.
  public let labelShift: Int

  /// Per image, whether the highest score is the (shifted) label.
  public let isCorrect: [Bool]

  /// Per image, the loss of the (shifted) label (`LabelLoss`).
  public let losses: [Double]

  /// A task's metric on all images and its name; nil where classes are right or wrong.
  private let measured: (value: Double, name: String)?

  /// Why the recipe cannot be used, where it cannot.
  public let failure: String?

  init(_ recipe: Recipe, _ scores: Scores, labels: [Int], shift: Int) {
    let shifted = labels.map { $0 + shift }
    self.recipe = recipe
    labelShift = shift
    isCorrect = Self.isCorrect(scores, labels: shifted)
    losses = LabelLoss.perImage(scores, labels: shifted)
    measured = nil
    failure = nil
  }

  /// A recipe that gives the same scores as another.
  init(_ recipe: Recipe, like other: RecipeTrial) {
    self.recipe = recipe
    labelShift = other.labelShift
    isCorrect = other.isCorrect
    losses = other.losses
    measured = other.measured
    failure = nil
  }

  /// What a task says of a recipe.
  ///
  /// - Parameter losses: per image.
  init(_ recipe: Recipe, metric: Double, metricName: String, losses: [Double]) {
    self.recipe = recipe
    labelShift = 0
    isCorrect = []
    self.losses = losses
    measured = (metric, metricName)
    failure = nil
  }

  init(_ recipe: Recipe, failure: String) {
    self.recipe = recipe
    labelShift = 0
    isCorrect = []
    losses = []
    measured = nil
    self.failure = failure
  }

  private static func isCorrect(_ scores: Scores, labels: [Int]) -> [Bool] {
    labels.enumerated().map { scores.top(1, of: $0.offset).classes.first == $0.element }
  }

  /// The share of labels that have the highest score, with its 95 % interval.
  static func top1(_ scores: Scores, labels: [Int]) -> (share: Double, interval: Interval) {
    let correct = isCorrect(scores, labels: labels).count { $0 }
    return (
      Double(correct) / Double(max(labels.count, 1)),
      Wilson.interval(successes: correct, count: labels.count)
    )
  }

  /// Whether both are of the same recipe and labels.
  func isOf(_ other: RecipeTrial) -> Bool {
    recipe == other.recipe && labelShift == other.labelShift
  }

  public var name: String {
    labelShift == 0
      ? recipe.name : "\(recipe.name); labels \(labelShift > 0 ? "+" : "−")\(abs(labelShift))"
  }

  public var top1: Double {
    isCorrect.isEmpty ? 0 : Double(isCorrect.count { $0 }) / Double(isCorrect.count)
  }

  /// What is right, as far as the task tells: top-1, mAP, ….
  public var metric: Double { measured?.value ?? top1 }
  public var metricName: String { measured?.name ?? "top-1" }

  public var top1Interval: Interval {
    Wilson.interval(successes: isCorrect.count { $0 }, count: isCorrect.count)
  }

  /// Mean of the losses.
  public var loss: Double { losses.reduce(0, +) / Double(max(losses.count, 1)) }

  /// The two-sided p-value of "predicts labels as well as the other" on the images that both have seen,
  /// by the paired z statistic of their losses.
  func pValue(against other: RecipeTrial) -> Double {
    let differences = zip(losses, other.losses).map { $0 - $1 }
    let count = Double(differences.count)
    guard count > 1 else { return 1 }
    let mean = differences.reduce(0, +) / count
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    guard variance > 0 else { return mean == 0 ? 1 : 0 }
    return min(1, 2 * Normal.cumulative(-abs(mean) / (variance / count).squareRoot()))
  }
}
