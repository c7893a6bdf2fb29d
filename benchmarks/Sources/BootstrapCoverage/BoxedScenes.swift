import Foundation
import CalibrantTasks

/// Images with labelled boxes, and what two detectors of nearly the same worth find in them: boxes that are off by more or less,
/// some twice, and several times as many of low score where nothing is. Matched and judged as Calibrant does, at all ten
/// overlaps. The second's boxes are a little farther off, and its scores a little lower for objects and higher for the rest.
struct BoxedScenes: Population {
  let name: String
  private let first: [DetectionRecord]
  private let second: [DetectionRecord]

  var count: Int { first.count }

  init(classes: Int, objects: Double, loss: Double, count: Int = 10_000) {
    name = "mAP@[.5:.95], \(classes) classes, \(objects) objects an image, loss \(loss)"
    var draws = Draws(seed: UInt64(classes) + 2000)
    var arms: (first: [DetectionRecord], second: [DetectionRecord]) = ([], [])
    for _ in 0..<count {
      let image = BoxedScene(classes, objects, loss, &draws)
      arms.first.append(DetectionRecord(detections: image.first, truths: image.truths))
      arms.second.append(DetectionRecord(detections: image.second, truths: image.truths))
    }
    (first, second) = arms
  }

  func metrics(of images: [Int]) -> (first: PrecisionCurves, second: PrecisionCurves) {
    (
      PrecisionCurves(images.map { first[$0] }), PrecisionCurves(images.map { second[$0] })
    )
  }
}

/// One image of them.
private struct BoxedScene {
  private(set) var truths: [TruthBox] = []
  private(set) var first: [Detection] = []
  private(set) var second: [Detection] = []

  init(_ classes: Int, _ objects: Double, _ loss: Double, _ draws: inout Draws) {
    let ease = draws.normal()
    for _ in 0..<draws.poisson(objects) {
      // Classes of uneven frequency.
      let kind = min(Int(Double(classes) * pow(draws.uniform(), 1.5)), classes - 1)
      let box = Self.box(&draws)
      truths.append(TruthBox(box: box, category: kind))
      let level = draws.chance(0.08) ? -9 : 1 + ease + draws.normal()
      // Spread of a side, as a share of it: hard objects are also placed badly.
      let spread = 0.06 * exp(-0.3 * level)
      let found = Self.moved(box, by: spread, &draws)
      add(kind, found, level, loss + 0.4 * draws.normal(), spread * loss, &draws)
      if draws.chance(0.15) {
        let twice = Self.moved(box, by: 4 * spread, &draws)
        add(kind, twice, level - 2, loss + 0.4 * draws.normal(), spread * loss, &draws)
      }
    }
    for _ in 0..<draws.poisson(3 * objects) {
      let kind = draws.index(below: classes)
      let level = -1.5 + draws.normal()
      add(kind, Self.box(&draws), level, 0.4 * draws.normal() - loss / 2, 0.02, &draws)
    }
  }

  /// To both arms, of which the second's level is lower by `change` and its box farther off by `shift`.
  private mutating func add(
    _ kind: Int, _ box: Box, _ level: Double, _ change: Double, _ shift: Double,
    _ draws: inout Draws
  ) {
    first += Self.detection(kind, box, level)
    second += Self.detection(kind, Self.moved(box, by: shift, &draws), level - change)
  }

  /// None where the level is too low.
  private static func detection(_ kind: Int, _ box: Box, _ level: Double) -> [Detection] {
    level > -4 ? [Detection(box: box, category: kind, score: 1 / (1 + exp(-level)))] : []
  }

  private static func box(_ draws: inout Draws) -> Box {
    let (width, height) = (20 + 80 * draws.uniform(), 20 + 80 * draws.uniform())
    return Box(
      x: (640 - width) * draws.uniform(), y: (640 - height) * draws.uniform(), width: width,
      height: height)
  }

  private static func moved(_ box: Box, by spread: Double, _ draws: inout Draws) -> Box {
    Box(
      left: box.x + spread * box.width * draws.normal(),
      top: box.y + spread * box.height * draws.normal(),
      right: box.right + spread * box.width * draws.normal(),
      bottom: box.bottom + spread * box.height * draws.normal())
  }
}
