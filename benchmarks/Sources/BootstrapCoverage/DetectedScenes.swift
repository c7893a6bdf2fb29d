import Foundation
import CalibrantTasks

/// Images with objects of several classes, and several times as much of low score that is none, as detectors leave it: curves
/// of precision do not end while it is high, where a class would win or lose a whole step of recall. The arms' scores are
/// alike; the second's are a little lower for objects and higher for the rest.
struct DetectedScenes: Population {
  let name: String
  private let classCount: Int
  private let first: [MatchedScene]
  private let second: [MatchedScene]

  var count: Int { first.count }

  init(classes: Int, objects: Double, loss: Double, count: Int = 10_000) {
    name = "AP, \(classes) classes, \(objects) objects an image, loss \(loss)"
    classCount = classes
    var draws = Draws(seed: UInt64(classes) + 1000)
    var arms: (first: [MatchedScene], second: [MatchedScene]) = ([], [])
    for _ in 0..<count {
      let image = Self.image(classes, objects, loss, &draws)
      arms.first.append(image.first)
      arms.second.append(image.second)
    }
    (first, second) = arms
  }

  func metrics(of images: [Int]) -> (first: MeanAveragePrecision, second: MeanAveragePrecision) {
    (
      MeanAveragePrecision(images.map { first[$0] }, classCount: classCount),
      MeanAveragePrecision(images.map { second[$0] }, classCount: classCount)
    )
  }

  private static func image(
    _ classes: Int, _ objects: Double, _ loss: Double, _ draws: inout Draws
  ) -> (first: MatchedScene, second: MatchedScene) {
    var scenes = (first: MatchedScene(), second: MatchedScene())
    let ease = draws.normal()
    for _ in 0..<draws.poisson(objects) {
      // Classes of uneven frequency.
      let kind = min(Int(Double(classes) * pow(draws.uniform(), 1.5)), classes - 1)
      let level = draws.chance(0.08) ? -9 : 1 + ease + draws.normal()
      let change = loss + 0.4 * draws.normal()
      scenes.first.add(object: kind, level)
      scenes.second.add(object: kind, level - change)
    }
    for _ in 0..<draws.poisson(3 * objects) {
      let kind = draws.index(below: classes)
      let level = -1.5 + draws.normal()
      let change = 0.4 * draws.normal() - loss / 2
      scenes.first.add(mistake: kind, level)
      scenes.second.add(mistake: kind, level - change)
    }
    return scenes
  }
}

/// What matching at one IoU leaves of an image.
struct MatchedScene: Sendable {
  private(set) var objects: [Int] = []
  private(set) var detections: [(kind: Int, score: Double, isRight: Bool)] = []

  /// An object, found where its level is not too low.
  mutating func add(object kind: Int, _ level: Double) {
    objects.append(kind)
    if level > -4 { detections.append((kind, level, true)) }
  }

  mutating func add(mistake kind: Int, _ level: Double) {
    if level > -4 { detections.append((kind, level, false)) }
  }
}

/// The mean of the classes' average precisions at 101 recalls, at one IoU.
struct MeanAveragePrecision: WeightedMetric {
  private var classes: [Class]

  private struct Class {
    /// The image of every object.
    var objects: [Int] = []
    /// By falling score.
    var detections: [(image: Int, score: Double, isRight: Bool)] = []
  }

  init(_ scenes: [MatchedScene], classCount: Int) {
    classes = [Class](repeating: Class(), count: classCount)
    for (image, scene) in scenes.enumerated() {
      for kind in scene.objects { classes[kind].objects.append(image) }
      for found in scene.detections {
        classes[found.kind].detections.append((image, found.score, found.isRight))
      }
    }
    for kind in classes.indices { classes[kind].detections.sort { $0.score > $1.score } }
  }

  func value(weights: [Int]) -> Double? {
    let known = classes.compactMap { Self.precision($0, weights) }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }

  var effectiveImageCount: Double? { HarmonicMean.of(classes.map { Set($0.objects).count }) }

  private static func precision(_ kind: Class, _ weights: [Int]) -> Double? {
    let objects = kind.objects.reduce(0) { $0 + weights[$1] }
    guard objects > 0 else { return nil }
    var curve: [(recall: Double, precision: Double)] = []
    var (right, all) = (0, 0)
    for found in kind.detections where weights[found.image] > 0 {
      all += weights[found.image]
      guard found.isRight else { continue }
      right += weights[found.image]
      curve.append((Double(right) / Double(objects), Double(right) / Double(all)))
    }
    return area(curve)
  }

  /// The mean of the best precision at each of 101 recalls or beyond.
  private static func area(_ curve: [(recall: Double, precision: Double)]) -> Double {
    var (sum, best, place) = (0.0, 0.0, curve.count - 1)
    for step in stride(from: 100, through: 0, by: -1) {
      while place >= 0, curve[place].recall >= Double(step) / 100 {
        best = max(best, curve[place].precision)
        place -= 1
      }
      sum += best
    }
    return sum / 101
  }
}
