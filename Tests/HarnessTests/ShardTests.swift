import CalibrantEngine
import Foundation
import CalibrantTasks
import TestSupport
import Testing

@testable import CalibrantHarness

/// A plan cut into shards, scored in any order and any number of times, joins to what one machine scored.
@Suite struct ShardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `count` images of numbered contents.
  private static func images(_ count: Int) -> PartImages {
    PartImages(
      indices: Array(0..<count), paths: (0..<count).map { "class/\($0).png" },
      hashes: (0..<count).map { ContentHash.sha256("\($0)".utf8) },
      labels: (0..<count).map { $0 % 3 })
  }

  private static func plan(_ images: PartImages, file: String = "f") -> ComparisonPlan {
    var facts = SampleComparison.facts()
    facts.dataset.count = images.count
    facts.provenance = .sample()
    facts.provenance?.dataDigest = images.digest.text
    func arm(_ kind: Arm.Kind, _ hardware: [Hardware]) -> ComparisonPlan.PlannedArm {
      .init(
        arm: Arm(name: kind.rawValue, kind: kind, bytes: 1, sha256: "\(kind) \(file)"),
        hardware: hardware, notes: [], saturation: [])
    }
    return ComparisonPlan(
      facts: facts, arms: [arm(.original, [.exact]), arm(.weightBased, [.exact, .noVNNI])],
      activations: [], classes: 10)
  }

  /// What a run over all images leaves: a distance and a divergence of each besides its record.
  private static func whole<Record: PartRecord>(
    _ images: PartImages, _ plan: ComparisonPlan, _ records: [Record]
  ) -> RunPart<Record> {
    part(Array(0..<images.count), images, plan, records)
  }

  private static func part<Record: PartRecord>(
    _ indices: [Int], _ images: PartImages, _ plan: ComparisonPlan, _ records: [Record]
  ) -> RunPart<Record> {
    var answers = AnswerPart(records: indices.map { records[$0] }, seconds: 0)
    var (distance, divergence) = (DistanceSum(), DivergenceSum())
    for index in indices {
      // Numbers of very different size, which floating point sums up otherwise in every order.
      let x = Float(index * index) / 7 + Float(pow(10, Double(index % 11) - 5))
      distance.add(OutputDistance(from: [x, 1][...], to: [x * 1.25, 0.3][...]))
      divergence.add(Double(x) * 1e-3)
    }
    answers.distances = [distance]
    answers.divergence = divergence
    let own = PartImages(
      indices: indices, paths: indices.map { images.paths[$0] },
      hashes: indices.map { images.hashes[$0] }, labels: indices.map { images.labels[$0] })
    return RunPart(
      images: own,
      arms: plan.arms.map { $0.hardware.map { .init(hardware: $0, answers: answers) } })
  }

  private func expectAnyCutGivesTheWhole<Record: PartRecord>(_ records: [Record]) throws {
    let images = Self.images(records.count)
    let plan = Self.plan(images)
    let whole = Self.whole(images, plan, records)
    var random = SeededRandom(seed: 5)
    for (cut, block) in [(1, 16), (2, 16), (3, 1), (7, 4), (64, 8)] {
      let path = folder.file("\(Record.self)-\(cut)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      let parts = PartFolder(path, plan)
      let shards = (1...cut).map { Shard($0, of: cut) }.shuffled(using: &random)
      // Some twice, as a scheduler that lost sight of them would.
      for shard in shards + shards.prefix(2) {
        let indices = shard.indices(of: images.count, block: block)
        try parts.write(
          Self.part(indices, images, plan, records), of: shard, scheduler: nil)
      }
      let (joined, kernels) = try parts.whole(Record.self)
      #expect(joined == whole, "\(Record.self) in \(cut)")
      #expect(PartCoding.encoded(joined) == PartCoding.encoded(whole))
      #expect(kernels == [MachineFacts.kernels])
    }
  }

  private static let count = 61

  @Test func anyCutOfRankingsGivesTheWhole() throws {
    var random = SeededRandom(seed: 3)
    var records: [Ranking] = []
    for index in 0..<Self.count {
      let classes = (0..<3).map { _ in Int.random(in: 0..<10, using: &random) }
      let margin = Float(Int.random(in: 0..<1000, using: &random)) / 37
      // Some images rank no class.
      records.append(
        index % 9 == 0
          ? Ranking(classes: [], margin: 0) : Ranking(classes: classes, margin: margin))
    }
    try expectAnyCutGivesTheWhole(records)
  }

  @Test func anyCutOfTextsGivesTheWhole() throws {
    try expectAnyCutGivesTheWhole(
      (0..<Self.count).map { index in
        TextMeasure.Record(
          record: TextRecord(text: "\(index)é", truth: "\(index * 7 % 90)"),
          isSame: index % 2 == 0)
      })
  }

  @Test func anyCutOfEmbeddingsGivesTheWhole() throws {
    try expectAnyCutGivesTheWhole(
      (0..<Self.count).map { index in
        EmbeddingRecord(
          vector: [Float(index) / 13, -0.5, Float(index * 7 % 11)], identity: index % 5)
      })
  }

  @Test func anyCutOfDistancesGivesTheWhole() throws {
    var records: [FidelityMeasure.Record] = []
    for index in 0..<Self.count {
      let before: [Float] = [Float(index), 2]
      let after: [Float] = [Float(index * 3 % 7), 1.5]
      let isSame: Bool? = index % 3 == 0 ? nil : index % 2 == 0
      records.append(
        FidelityMeasure.Record(
          isSame: isSame, distances: [OutputDistance(from: before[...], to: after[...])]))
    }
    try expectAnyCutGivesTheWhole(records)
  }

  @Test func anyCutOfMasksGivesTheWhole() throws {
    let maps = (0..<Self.count).map { index in
      LabelMap(height: 2, width: 3, labels: (0..<6).map { UInt16(($0 * index + index / 5) % 4) })
    }
    try expectAnyCutGivesTheWhole(
      maps.map { map in
        SegmentationMeasure.Record(
          truth: SegmentationRecord(predicted: map, truth: maps[7], ignored: 3),
          original: SegmentationRecord(predicted: map, truth: maps[1], ignored: nil))
      })
  }

  @Test func anyCutOfBoxesGivesTheWhole() throws {
    var records: [DetectionMeasure.Record] = []
    for index in 0..<Self.count {
      var boxes: [Detection] = []
      for number in 0..<index % 4 {
        boxes.append(
          Detection(
            box: Box(left: Double(number), top: 1, right: 20, bottom: Double(9 + index)),
            category: number % 3, score: Double(100 - index) / 100))
      }
      records.append(
        DetectionMeasure.Record(
          truth: DetectionRecord(
            detections: boxes, truths: boxes.prefix(2).map { TruthBox($0) }),
          original: nil, agreement: BoxAgreement(found: index % 5, extra: 1, lost: 0)))
    }
    try expectAnyCutGivesTheWhole(records)
  }

  @Test func shardsTakeWholeBlocksOnce() {
    for (images, count, block) in [(100, 3, 16), (5, 8, 16), (64, 4, 1), (0, 2, 16)] {
      let shards = (1...count).map { Shard($0, of: count).indices(of: images, block: block) }
      #expect(shards.joined().sorted() == Array(0..<images))
      for indices in shards {
        // Of a shard run by itself, every unit holds the neighbours of the whole run.
        for start in stride(from: 0, to: indices.count, by: block) {
          let unit = Array(indices[start..<min(start + block, indices.count)])
          #expect(unit[0] % block == 0 && unit == Array(unit[0]..<unit[0] + unit.count))
        }
      }
    }
    #expect(Shard(3, of: 8).fileName == "part-00003-of-00008.json")
  }

  // MARK: What does not make up a whole

  /// Writes three parts of 61 rankings.
  private func parts(_ name: String) throws -> (PartFolder, [String]) {
    let images = Self.images(61)
    let plan = Self.plan(images)
    let path = folder.file(name)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let parts = PartFolder(path, plan)
    let records = (0..<61).map { Ranking(classes: [$0 % 10], margin: 1) }
    for index in 1...3 {
      let shard = Shard(index, of: 3)
      try parts.write(
        Self.part(shard.indices(of: 61, block: 16), images, plan, records), of: shard,
        scheduler: nil)
    }
    return (parts, (1...3).map { parts.place(of: Shard($0, of: 3)) })
  }

  private func reason(_ parts: PartFolder) -> String {
    let error = #expect(throws: HarnessError.self) { try parts.whole(Ranking.self) }
    return error.map { "\($0)" } ?? ""
  }

  @Test func missingParts() throws {
    let (parts, files) = try parts("missing")
    try FileManager.default.removeItem(atPath: files[1])
    #expect(reason(parts).contains("part 2 of 3 is missing"))
    for file in [files[0], files[2]] { try FileManager.default.removeItem(atPath: file) }
    #expect(reason(parts).contains("holds no parts"))
  }

  @Test func doubledParts() throws {
    let (parts, files) = try parts("doubled")
    try FileManager.default.removeItem(atPath: files[1])
    try FileManager.default.copyItem(atPath: files[0], toPath: files[1])
    #expect(reason(parts).contains("it is part 1 of 3, which its name does not say"))
  }

  @Test func partsOfAnotherCut() throws {
    let (parts, files) = try parts("cut")
    try FileManager.default.copyItem(
      atPath: files[0], toPath: parts.place(of: Shard(1, of: 4)))
    #expect(reason(parts).contains("another cut"))
  }

  @Test func partsOfAnotherPlan() throws {
    let (parts, _) = try parts("foreign")
    let later = PartFolder(parts.path, Self.plan(Self.images(61), file: "another"))
    #expect(reason(later).contains("another comparison, or of an earlier state"))
    #expect(throws: HarnessError.self) { try later.holds(Shard(1, of: 3)) }
    #expect(try parts.holds(Shard(1, of: 3)) && !parts.holds(Shard(1, of: 2)))
  }

  @Test(arguments: [0, 40, 90, 200, 700, -2, -40])
  func damagedParts(place: Int) throws {
    let (parts, files) = try parts("damaged")
    var bytes = try Data(contentsOf: URL(filePath: files[2]))
    bytes[place < 0 ? bytes.count + place : place] ^= 1
    try bytes.write(to: URL(filePath: files[2]))
    #expect(reason(parts).contains("part-00003-of-00003.json"))
    try bytes.prefix(bytes.count / 2).write(to: URL(filePath: files[2]))
    #expect(reason(parts).contains("part-00003-of-00003.json"))
    try Data().write(to: URL(filePath: files[2]))
    #expect(reason(parts).contains("part-00003-of-00003.json"))
  }

  /// Files that are sealed well, and hold what no run leaves behind.
  @Test func impossibleContents() throws {
    let images = Self.images(20)
    let plan = Self.plan(images)
    let path = folder.file("impossible")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let parts = PartFolder(path, plan)
    let records = (0..<20).map { Ranking(classes: [$0 % 10], margin: 1) }
    let good = Self.whole(images, plan, records)
    func expectRefused(_ change: (inout RunPart<Ranking>) -> Void, _ said: String) throws {
      var part = good
      change(&part)
      try parts.write(part, of: .all, scheduler: nil)
      #expect(reason(parts).contains(said), "\(said)")
    }
    let short = "does not have an answer of every arm for every image"
    try expectRefused({ $0.arms[1][1].answers.records.removeLast() }, short)
    try expectRefused({ $0.arms.removeLast() }, short)
    try expectRefused({ $0.images.labels.removeLast() }, short)
    try expectRefused({ $0.images.indices[3] = 4 }, "do not hold each of the 20 images once")
    try expectRefused({ $0.images.hashes[3] = "0" }, "other images or labels")
    try expectRefused({ $0.images.labels[3] += 1 }, "other images or labels")
  }
}
