import Foundation
import CalibrantTasks

/// Images with classes of uneven frequency and size. Both arms find most of each area, more or less of it together; the
/// second loses a little more, and in some images much more.
struct SegmentedScenes: Population {
  let name: String
  let classCount: Int
  private let first: [SegmentationRecord]
  private let second: [SegmentationRecord]

  var count: Int { first.count }

  /// - Parameter rarest: the share of images with the rarest class; the most frequent is in nearly all.
  init(classes: Int, rarest: Double, loss: Double, count: Int = 20_000) {
    name = "mIoU, \(classes) classes, rarest in \(Int(100 * rarest)) %, loss \(loss)"
    classCount = classes
    var draws = Draws(seed: UInt64(classes))
    var arms: (first: [SegmentationRecord], second: [SegmentationRecord]) = ([], [])
    for _ in 0..<count {
      let image = Self.image(classes, rarest, loss, &draws)
      arms.first.append(image.first)
      arms.second.append(image.second)
    }
    (first, second) = arms
  }

  func metrics(of images: [Int]) -> (first: SegmentationMetric, second: SegmentationMetric) {
    (
      SegmentationMetric(images.map { first[$0] }, classCount: classCount),
      SegmentationMetric(images.map { second[$0] }, classCount: classCount)
    )
  }

  private static func image(
    _ classes: Int, _ rarest: Double, _ loss: Double, _ draws: inout Draws
  ) -> (first: SegmentationRecord, second: SegmentationRecord) {
    let ease = draws.normal()
    let isBroken = draws.chance(0.05)
    var found: (first: [SegmentationRecord.ClassPixels], second: [SegmentationRecord.ClassPixels]) =
      ([], [])
    let present = (0..<classes).filter { index in
      draws.chance(0.95 * pow(rarest / 0.95, Double(index) / Double(max(classes - 1, 1))))
    }
    let areas = present.map { _ in exp(draws.normal()) }
    let whole = areas.reduce(0, +)
    for (index, area) in zip(present, areas) {
      let truth = 250_000 * area / whole
      let level = 1.5 + ease + 0.7 * draws.normal() - Double(index) / Double(classes)
      let change = loss + 0.3 * draws.normal() + (isBroken ? 1 : 0)
      found.first.append(pixels(index, truth, level, &draws))
      found.second.append(pixels(index, truth, level - change, &draws))
    }
    return (SegmentationRecord(classes: found.first), SegmentationRecord(classes: found.second))
  }

  private static func pixels(
    _ index: Int, _ truth: Double, _ level: Double, _ draws: inout Draws
  ) -> SegmentationRecord.ClassPixels {
    let share = 1 / (1 + exp(-level))
    let correct = Int(truth * share)
    let wrong = Int(truth * (1 - share) * exp(0.3 * draws.normal()))
    return .init(index: index, truth: Int(truth), predicted: correct + wrong, correct: correct)
  }
}
