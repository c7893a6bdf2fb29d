import Foundation
import TestSupport
import Testing

@testable import CalibrantTasks

@Suite struct AveragePrecisionTests {
  @Test func equalsPycocotools() throws {
    for (number, golden) in try PrecisionGolden.load().enumerated() {
      let records = golden.records()
      expect(DetectionSummary(records), golden.once.summary, "case \(number)")
      expect(classes: PrecisionCurves(records).classes(), golden.once.classes, "case \(number)")
    }
  }

  /// The right values are of images that are really there several times.
  @Test func weightsCountAsCopies() throws {
    for (number, golden) in try PrecisionGolden.load().enumerated() {
      let records = golden.records()
      let weights = golden.weights
      expect(DetectionSummary(records, weights: weights), golden.weighed.summary, "case \(number)")
      let classes = PrecisionCurves(records).classes(weights: weights)
      expect(classes: classes, golden.weighed.classes, "case \(number)")
    }
  }

  /// To the bit, in one go or one by one. The sets have crowds, classes that a resample has none of, and equal scores.
  @Test func resamplesWeighedTogetherAreThoseOfRealCopies() throws {
    for (number, golden) in try PrecisionGolden.load().prefix(60).enumerated() {
      let records = golden.records()
      let curves = PrecisionCurves(records)
      let bootstrap = PairedBootstrap(imageCount: records.count, seed: UInt64(number))
      let weights =
        [records.map { _ in 0 }, golden.weights] + (0..<17).map(bootstrap.weights(ofResample:))
      let values = curves.values(weights: weights)
      let copies = weights.map { PrecisionCurves(repeating(records, $0)).classes() }
      #expect(values == copies.map { $0.mean(\.precision) }, "case \(number)")
      #expect(weights.map(curves.classes(weights:)) == copies, "case \(number)")
      #expect(bootstrap.values(of: 0..<17, curves) == Array(values[2...]), "case \(number)")
    }
    #expect(PrecisionCurves([]).values(weights: []).isEmpty)
  }

  @Test func recallsAreReachedByTheLeastHits() {
    for count in 1...300 {
      let truths = Lanes(repeating: Double(count)) + Lanes(0, 1, 2, 3, 1000, 5000, 36_781, 1e9)
      let needed = RecallHits(truths: truths)
      for (index, recall) in COCOGrid.recalls.enumerated() {
        let (hits, share) = (needed[index], needed[index] / truths)
        #expect(hits == hits.rounded(.down) && all(share .>= recall))
        #expect(!any((hits - 1) / truths .>= recall) || recall == 0)
      }
    }
  }

  @Test func thresholdsAreNumPysToTheBit() {
    let overlaps = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95]
    #expect(COCOGrid.overlaps == overlaps)
    #expect(COCOGrid.recalls.count == 101)
    #expect(COCOGrid.recalls[29] == 0.29 && COCOGrid.recalls[100] == 1)
  }

  /// VOC's difficult objects: finding one counts neither way, finding it twice is a miss.
  @Test func anIgnoredTruthForgivesOneDetection() {
    let box = Box(x: 0, y: 0, width: 50, height: 50)
    let there = Box(x: 100, y: 0, width: 50, height: 50)
    let truths = [
      TruthBox(box: box, category: 0, isIgnored: true), TruthBox(box: there, category: 0),
    ]
    func precision(_ boxes: [Box]) -> Double? {
      let found = boxes.enumerated().map {
        Detection(box: $1, category: 0, score: 1 - Double($0) / 10)
      }
      return DetectionSummary([DetectionRecord(detections: found, truths: truths)]).precision
    }
    #expect(abs((precision([box, there]) ?? 0) - 1) < 1e-12)
    #expect(abs((precision([box, box, there]) ?? 0) - 0.5) < 1e-12)
  }

  @Test func withoutTruthThereIsNoPrecision() {
    let found = [
      Detection(box: Box(x: 0, y: 0, width: 5, height: 5), category: 3, score: 0.5)
    ]
    let record = DetectionRecord(detections: found, truths: [])
    #expect(DetectionSummary([record]).precision == nil)
    #expect(DetectionSummary([]).recall100 == nil)
    #expect(PrecisionCurves([record]).value(weights: [3]) == nil)
  }

  /// A sick network's boxes are not numbers: they are misses, and nothing traps.
  @Test func whatIsNoNumberMatchesNothing() {
    let good = Box(x: 0, y: 0, width: 50, height: 50)
    let bad: [Double] = [.nan, .infinity, -.infinity, -1, 0, 1e300]
    var random = SeededRandom(seed: 5)
    for _ in 0..<200 {
      func number() -> Double { bad.randomElement(using: &random) ?? 0 }
      let found = (0..<4).map { _ in
        Detection(
          box: Box(x: number(), y: number(), width: number(), height: number()), category: 0,
          score: number())
      }
      let truths = [TruthBox(box: good, category: 0)]
      let summary = DetectionSummary([DetectionRecord(detections: found, truths: truths)])
      #expect(summary.recall100 == 0)
    }
  }

  @Test func recordsAreReadAsTheyWereSaved() throws {
    for golden in try PrecisionGolden.load().prefix(50) {
      let records = golden.records()
      let saved = try JSONEncoder().encode(records)
      #expect(try JSONDecoder().decode([DetectionRecord].self, from: saved) == records)
    }
  }

  /// What a file says is not trusted.
  @Test func recordsThatMatchingDoesNotLeaveAreKnown() throws {
    for golden in try PrecisionGolden.load().prefix(50) {
      #expect(golden.records().allSatisfy { $0.isPossible })
    }
    func record(
      _ categories: [Int], scores: [Double], hits: UInt16 = 1, ignored: UInt16 = 0,
      truths: [Int] = [0, 1], counted: Int32 = 1
    ) -> DetectionRecord {
      DetectionRecord(
        matches: zip(categories, scores).map {
          DetectionMatch(
            category: $0, score: $1, hits: .init(repeating: hits),
            ignored: .init(repeating: ignored))
        },
        truths: truths.map { TruthCount(category: $0, counted: .init(repeating: counted)) })
    }
    #expect(record([0, 0, 1], scores: [0.5, 0.5, 0.9]).isPossible)
    let wrong = [
      record([1, 0], scores: [0.5, 0.5]), record([0, 1, 0], scores: [0.5, 0.5, 0.5]),
      record([0, 0], scores: [0.1, 0.5]), record([0, 0], scores: [0.5, .nan]),
      record([0], scores: [0.5], ignored: 1), record([0], scores: [0.5], hits: 1 << 10),
      record([0], scores: [0.5], truths: [1, 0]), record([0], scores: [0.5], counted: -1),
      record(
        Array(repeating: 0, count: 101), scores: Array(repeating: 0.5, count: 101),
        counted: .max),
    ]
    for record in wrong { #expect(!record.isPossible) }
  }

  /// Every record as often as its weight says, its copies side by side.
  private func repeating(_ records: [DetectionRecord], _ weights: [Int]) -> [DetectionRecord] {
    zip(records, weights).flatMap { Array(repeating: $0, count: $1) }
  }

  private func expect(_ summary: DetectionSummary, _ golden: [Double], _ name: Comment) {
    let numbers = [
      summary.precision, summary.precision50, summary.precision75, summary.precisionSmall,
      summary.precisionMedium, summary.precisionLarge, summary.recall1, summary.recall10,
      summary.recall100, summary.recallSmall, summary.recallMedium, summary.recallLarge,
    ]
    for (number, right) in zip(numbers, golden) {
      #expect(abs((number ?? -1) - right) < 1e-12, name)
    }
  }

  private func expect(classes: [ClassPrecision], _ golden: [Double], _ name: Comment) {
    var numbers = golden.map { _ in -1.0 }
    for found in classes { numbers[found.category] = [found].mean(\.precision) ?? -1 }
    for (number, right) in zip(numbers, golden) { #expect(abs(number - right) < 1e-12, name) }
  }
}

/// `Golden/average_precision.json`, or the file that CALIBRANT_AVERAGE_PRECISION names.
private struct PrecisionGolden: Decodable {
  struct Numbers: Decodable {
    let summary: [Double]
    let classes: [Double]
  }

  let images: Int
  /// image, class, x, y, width, height, area, whether it is a crowd
  let truths: [[Double]]
  /// image, class, x, y, width, height, score
  let detections: [[Double]]
  let weights: [Int]
  let once: Numbers
  let weighed: Numbers

  static func load() throws -> [PrecisionGolden] {
    let other = ProcessInfo.processInfo.environment["CALIBRANT_AVERAGE_PRECISION"]
    let url = other.map { URL(filePath: $0) } ?? GoldenFile.url("average_precision.json")
    return try JSONDecoder().decode([PrecisionGolden].self, from: Data(contentsOf: url))
  }

  func records() -> [DetectionRecord] {
    (0..<images).map { image in
      DetectionRecord(
        detections: detections.filter { $0[0] == Double(image) }.map { row in
          Detection(box: box(row), category: Int(row[1]), score: row[6])
        },
        truths: truths.filter { $0[0] == Double(image) }.map { row in
          TruthBox(box: box(row), category: Int(row[1]), area: row[6], isCrowd: row[7] == 1)
        })
    }
  }

  private func box(_ row: [Double]) -> Box {
    Box(x: row[2], y: row[3], width: row[4], height: row[5])
  }
}
