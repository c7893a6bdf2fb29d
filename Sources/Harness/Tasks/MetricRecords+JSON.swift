import CalibrantTasks

/// As columns: numbers of all images one after the other, and where an image has several, how many.
extension MetricRecords {
  private enum Key: String, CodingKey {
    case kind, holds, counts, classes, scores, hits, ignored, truthCounts, truthClasses, truths
    case found, extra, lost, predicted, correct, signal, product, power, first, second, same,
      cosines
  }

  var json: JSONValue {
    switch self {
    case .shares(let holds):
      Self.json(.shares, [(.holds, holds.map { $0.map { $0 ? 1 : 0 } ?? -1 })])
    case .detections(let records): Self.json(records)
    case .boxes(let records):
      Self.json(
        .boxes,
        [
          (.found, records.map(\.found)), (.extra, records.map(\.extra)),
          (.lost, records.map(\.lost)),
        ])
    case .pixels(let records):
      Self.json(.pixels, Self.columns(records))
    case .distances(let records):
      Self.json(
        .distances, [(.counts, records.map(\.count))],
        [
          (.signal, records.joined().map(\.signal)), (.product, records.joined().map(\.product)),
          (.power, records.joined().map(\.power)),
        ])
    case .pairs(let pairs):
      Self.json(
        .pairs,
        [
          (.first, pairs.map(\.pair.first)), (.second, pairs.map(\.pair.second)),
          (.same, pairs.map { $0.pair.isSame ? 1 : 0 }),
        ], [(.cosines, pairs.map(\.cosine))])
    }
  }

  private static func json(
    _ kind: Kind, _ integers: [(Key, [Int])], _ numbers: [(Key, [Double])] = []
  ) -> JSONValue {
    .object(
      [.init(Key.kind.rawValue, kind.rawValue)]
        + integers.map { .init($0.0.rawValue, .integers($0.1)) }
        + numbers.map { .init($0.0.rawValue, .numbers($0.1)) })
  }

  /// Masks of hits and of what is ignored, a bit for each overlap, as `DetectionMatch` has them.
  private static func json(_ records: [DetectionRecord]) -> JSONValue {
    let matches = records.flatMap(\.matches)
    let truths = records.flatMap(\.truths)
    let all = BoxSize.all.rawValue
    return json(
      .detections,
      [
        (.counts, records.map(\.matches.count)), (.classes, matches.map(\.category)),
        (.hits, matches.map { Int($0.hits[all]) }),
        (.ignored, matches.map { Int($0.ignored[all]) }),
        (.truthCounts, records.map(\.truths.count)), (.truthClasses, truths.map(\.category)),
        (.truths, truths.map { Int($0.counted[all]) }),
      ], [(.scores, matches.map { sorted($0.score) })])
  }

  /// What JSON cannot say, in the place that `PrecisionCurves` gives it.
  private static func sorted(_ score: Double) -> Double {
    let most = Double.greatestFiniteMagnitude
    return score.isNaN ? -most : min(max(score, -most), most)
  }

  private static func columns(_ records: [SegmentationRecord]) -> [(Key, [Int])] {
    let pixels = records.flatMap(\.classes)
    return [
      (.counts, records.map(\.classes.count)), (.classes, pixels.map(\.index)),
      (.truths, pixels.map(\.truth)), (.predicted, pixels.map(\.predicted)),
      (.correct, pixels.map(\.correct)),
    ]
  }
}

extension MetricRecords: Decodable {
  /// - Throws: `DecodingError` where columns do not belong together, or hold what no image can leave.
  public init(from decoder: any Decoder) throws {
    let columns = try Columns(decoder)
    switch try columns.container.decode(Kind.self, forKey: .kind) {
    case .shares: self = .shares(try columns.shares())
    case .detections: self = .detections(try columns.detections())
    case .boxes: self = .boxes(try columns.boxes())
    case .pixels: self = .pixels(try columns.pixels())
    case .distances: self = .distances(try columns.distances())
    case .pairs: self = .pairs(try columns.pairs())
    }
  }

  private struct Columns {
    let container: KeyedDecodingContainer<Key>

    init(_ decoder: any Decoder) throws { container = try decoder.container(keyedBy: Key.self) }

    func shares() throws -> [Bool?] {
      try integers(.holds, in: -1...1).map { $0 < 0 ? nil : $0 == 1 }
    }

    func boxes() throws -> [BoxAgreement] {
      let limit = 0...BoxAgreement.limit
      let (found, extra, lost) = (
        try integers(.found, in: limit), try integers(.extra, in: limit),
        try integers(.lost, in: limit)
      )
      try require([extra.count, lost.count].allSatisfy { $0 == found.count })
      return found.indices.map {
        BoxAgreement(found: found[$0], extra: extra[$0], lost: lost[$0])
      }
    }

    func detections() throws -> [DetectionRecord] {
      let (classes, scores) = (try integers(.classes, in: classLimit), try numbers(.scores))
      let (hits, ignored) = (
        try integers(.hits, in: 0...1023), try integers(.ignored, in: 0...1023)
      )
      try require([hits, ignored].allSatisfy { $0.count == classes.count })
      try require(scores.count == classes.count)
      let (truthClasses, truths) = (
        try integers(.truthClasses, in: classLimit),
        try integers(.truths, in: 0...Int(Int32.max))
      )
      try require(truths.count == truthClasses.count)
      let matches = try stretches(.counts, of: classes.count)
      let found = try stretches(.truthCounts, of: truths.count)
      try require(matches.count == found.count)
      let records = zip(matches, found).map { matches, truth in
        DetectionRecord(
          allSizes: matches.map {
            DetectionMatch(
              category: classes[$0], score: scores[$0], allSizes: UInt16(hits[$0]),
              ignored: UInt16(ignored[$0]))
          },
          truths: truth.map {
            TruthCount(category: truthClasses[$0], allSizes: Int32(truths[$0]))
          })
      }
      try require(records.allSatisfy(\.isPossible))
      return records
    }

    func pixels() throws -> [SegmentationRecord] {
      let limit = 0...SegmentationRecord.pixelLimit
      let classes = try integers(.classes, in: 0...Int(UInt16.max))
      let (truths, predicted, correct) = (
        try integers(.truths, in: limit), try integers(.predicted, in: limit),
        try integers(.correct, in: limit)
      )
      try require([truths, predicted, correct].allSatisfy { $0.count == classes.count })
      return try stretches(.counts, of: classes.count).map { places in
        try require(zip(places, places.dropFirst()).allSatisfy { classes[$0] < classes[$1] })
        return SegmentationRecord(
          classes: try places.map { place in
            try require(correct[place] <= min(truths[place], predicted[place]))
            return .init(
              index: classes[place], truth: truths[place], predicted: predicted[place],
              correct: correct[place])
          })
      }
    }

    func distances() throws -> [[OutputDistance]] {
      let (signal, product, power) = (
        try numbers(.signal), try numbers(.product), try numbers(.power)
      )
      try require([product, power].allSatisfy { $0.count == signal.count })
      let records = try stretches(.counts, of: signal.count).map { places in
        places.map { OutputDistance(signal: signal[$0], product: product[$0], power: power[$0]) }
      }
      try require(records.allSatisfy { $0.count == records[0].count })
      return records
    }

    func pairs() throws -> [ScoredPair] {
      let (first, second) = (
        try integers(.first, in: 0...Int(Int32.max)), try integers(.second, in: 0...Int(Int32.max))
      )
      let (same, cosines) = (try integers(.same, in: 0...1), try numbers(.cosines))
      try require([second, same].allSatisfy { $0.count == first.count })
      try require(cosines.count == first.count)
      return first.indices.map {
        ScoredPair(
          pair: VerificationPair(first: first[$0], second: second[$0], isSame: same[$0] == 1),
          cosine: cosines[$0])
      }
    }

    private var classLimit: ClosedRange<Int> { 0...Int(Int32.max) }

    /// The places of each image in a column of all.
    private func stretches(_ key: Key, of count: Int) throws -> [Range<Int>] {
      var end = 0
      let stretches = try integers(key, in: 0...count).map { length in
        end += length
        try require(end <= count)
        return end - length..<end
      }
      try require(end == count)
      return stretches
    }

    private func integers(_ key: Key, in range: ClosedRange<Int>) throws -> [Int] {
      let values = try container.decode([Int].self, forKey: key)
      try require(values.allSatisfy(range.contains))
      return values
    }

    private func numbers(_ key: Key) throws -> [Double] {
      let values = try container.decode([Double].self, forKey: key)
      try require(values.allSatisfy(\.isFinite))
      return values
    }

    private func require(_ holds: Bool) throws {
      guard holds else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: container.codingPath, debugDescription: "no records of images"))
      }
    }
  }
}
