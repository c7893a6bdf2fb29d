import Engine

/// What a report says of an arm on one kind of hardware.
public struct HardwareResult: Sendable, Codable, Hashable {
  public let top1: Double
  /// Wilson, 95 %.
  public let top1Interval: Interval
  /// nil where there is nothing to compare with.
  public let drop: Double?
  public let dropInterval: Interval?
  /// The share of images with the same top-1 as what it is compared with.
  public let agreement: Double?
  public let logitSQNR: Double?
  public let verdict: Verdict?

  init(
    _ measured: HardwareRecords, against original: [Record]?, maxDrop: Double? = nil,
    sampling: Sampling = .fixed
  ) {
    let records = measured.records
    let correct = records.count(where: \.isCorrect)
    let counts = original.map { PairedCounts(before: $0, after: records) }
    top1 = records.isEmpty ? 0 : Double(correct) / Double(records.count)
    top1Interval = Wilson.interval(successes: correct, count: records.count)
    drop = counts?.drop
    dropInterval = counts.map(sampling.interval)
    agreement = original.flatMap { agreeing($0, records) }
    logitSQNR = original == nil ? nil : measured.logitSQNR
    verdict = maxDrop.flatMap { limit in
      counts.map { Judgement($0, maxDrop: limit, sampling: sampling).verdict }
    }
  }
}

/// The share of images with the same highest class; nil without images.
func agreeing(_ one: [Record], _ other: [Record]) -> Double? {
  one.isEmpty
    ? nil
    : Double(zip(one, other).count { $0.top5.first == $1.top5.first }) / Double(one.count)
}

/// Results by the name of the hardware.
public typealias HardwareResults = [String: HardwareResult]

extension HardwareResults {
  public subscript(_ hardware: Hardware) -> HardwareResult? { self[hardware.rawValue] }

  /// The kinds of hardware measured, exact first.
  public var measured: [(hardware: Hardware, result: HardwareResult)] {
    Hardware.allCases.compactMap { one in self[one].map { (one, $0) } }
  }

  init(
    _ measured: [HardwareRecords], against original: [Record]?, maxDrop: Double? = nil,
    sampling: Sampling = .fixed
  ) {
    self.init(
      uniqueKeysWithValues: measured.map {
        (
          $0.hardware.rawValue,
          HardwareResult($0, against: original, maxDrop: maxDrop, sampling: sampling)
        )
      })
  }

  /// - Parameter records: whose predictions to keep, so that shards can be joined.
  func json(_ records: [HardwareRecords]) -> JSONValue {
    .object(
      measured.map { hardware, result in
        let own = records.first { $0.hardware == hardware }?.records ?? []
        return .init(
          hardware.rawValue,
          .object([
            .init("top1", result.top1), .init("top1Interval", result.top1Interval),
            .init("drop", result.drop), .init("dropInterval", result.dropInterval),
            .init("agreement", result.agreement), .init("logitSQNR", result.logitSQNR),
            .init("verdict", result.verdict),
            .init("predictions", RecordColumns.predictions(own)),
          ]))
      })
  }
}
